"""Which pools a query reads that are not what the sources give now."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.db.pools_state import PoolsState
from tests.support.coco_files import ingest_coco
from tests.support.few_synsets import index_of_few_synsets
from tests.support.tampering import damage
from tests.support.trees import APPLE, TreeBuilder

pytestmark = pytest.mark.slow

TRAIN = "lvis_v1_train"
_of_sqlite = partial(pytest.param, marks=pytest.mark.sqlite_only)  # its SQL
STALE, NONE, ABSENT = PoolsState.STALE, PoolsState.NONE, PoolsState.ABSENT


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tree whose index has stale pools, fresh ones, and two vocabularies without."""
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", few)
    builder.lvis()
    builder.lvis("val")
    builder.index().ingest()
    builder.index().collate()
    for name in ("it's", "mine"):
        ingest_coco(builder, [{"id": 1, "name": "apple", "synset": APPLE}], name=name)
    builder.index().collate(vocabulary="mine")
    return builder.root


@pytest.fixture(scope="module")
def stale(made: Path) -> Index:
    """Return that index: read only."""
    return Index.open(made)


@pytest.fixture(scope="module")
def fresh(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return a copy of that index whose pools are LVIS train's of now: read only."""
    index = Index.open(shutil.copytree(made, tmp_path_factory.mktemp("fresh") / "datasets"))
    index.collate()
    return index


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Index:
    """Return a copy of that index, which a test may change."""
    return Index.open(shutil.copytree(made, tmp_path / "datasets"))


def _pools(index: Index, query: str, **params: str) -> dict[str, PoolsState]:
    with index.sql(query, params) as found:
        list(found.rows)
        return dict(found.pools)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "SELECT count(*) FROM boxes",
        "SELECT * FROM vocabulary_categories",
        "SELECT 'exemplars'",
        "SELECT * FROM sample_exemplars",
        _of_sqlite("SELECT name FROM sqlite_schema"),
    ],
)
def test_other_queries_read_none(stale: Index, query: str) -> None:
    assert _pools(stale, query) == {}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM exemplars",
        "SELECT * FROM Exemplars WHERE 1 = 0",
        _of_sqlite("SELECT * FROM Exemplars WHERE 0"),
        "WITH e AS (SELECT category FROM exemplars) SELECT count(*) FROM e",
        "SELECT 1 FROM boxes WHERE EXISTS (SELECT 1 FROM exemplars e WHERE e.x = boxes.x)",
        "SELECT category FROM boxes UNION SELECT category FROM exemplars",
        "EXPLAIN SELECT * FROM exemplars",
    ],
)
def test_exemplars_are_those_of_lvis_train(stale: Index, fresh: Index, query: str) -> None:
    assert _pools(stale, query) == {TRAIN: STALE}
    assert _pools(fresh, query) == {}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM vocabulary_exemplars",
        'SELECT count(*) FROM "vocabulary_exemplars"',
        _of_sqlite('SELECT count(*) FROM "VOCABULARY_EXEMPLARS"'),
        "SELECT (SELECT count(*) FROM exemplars), (SELECT count(*) FROM vocabulary_exemplars)",
        "SELECT * FROM category_coverage",
        "SELECT count(*) FROM pool_entries",
        "SELECT 1 FROM exemplars JOIN category_coverage USING (category_id)",
    ],
)
def test_other_views_are_of_all_vocabularies(stale: Index, query: str) -> None:
    assert _pools(stale, query) == {TRAIN: STALE, "it's": NONE, "lvis_v1_val": NONE}


def test_pools_never_made_of_vocabularies_that_are_not_asked_for(stale: Index) -> None:
    of = "SELECT * FROM vocabulary_exemplars WHERE vocabulary = {}"
    assert _pools(stale, of.format("'mine'")) == {TRAIN: STALE}
    assert _pools(stale, of.format(":v"), v="mine") == {TRAIN: STALE}
    assert _pools(stale, of.format("'it''s'")) == {TRAIN: STALE, "it's": NONE}
    assert _pools(stale, of.format(":v"), v="it's") == {TRAIN: STALE, "it's": NONE}


def test_exemplars_where_lvis_train_is_not_there(builder: TreeBuilder) -> None:
    index = ingest_coco(builder, [{"id": 1, "name": "apple", "synset": APPLE}])
    index.collate(vocabulary="mine")
    assert _pools(index, "SELECT * FROM exemplars") == {TRAIN: ABSENT}
    assert _pools(index, "SELECT * FROM vocabulary_exemplars") == {}


@pytest.mark.sqlite_only  # PostgreSQL keeps no text that is not UTF-8
def test_names_that_are_no_text_still_have_pools(index: Index) -> None:
    statement = "UPDATE collations SET generations = CAST(X'ff00' AS TEXT);"
    name = "UPDATE vocabularies SET name = CAST(X'ff' AS TEXT) WHERE name = 'mine'"
    damage(index, statement + name)
    assert _pools(index, "SELECT count(*) FROM pool_entries")["\ufffd"] == STALE


def test_a_damaged_index_still_answers(index: Index) -> None:
    damage(index, "ALTER TABLE sources RENAME COLUMN generation TO other")
    with index.sql("SELECT count(*) FROM pool_entries") as found:
        assert found.pools == {}
        assert next(iter(found.rows))[0] == 2
