"""An index of each older schema, as it was stored then: upgraded, and then used."""

import json
import lzma
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from alembic import command

from ovmr_index import Index
from ovmr_index.db import schema
from ovmr_index.db.engine import open_engine, writing
from ovmr_index.db.revision import HEAD, config_of_migrations
from ovmr_index.errors import SchemaError
from ovmr_index.pools.coverage import Coverage
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.samples.options import DrawOptions
from tests.support.checked import problems_but_wordnet
from tests.support.contents import rows_of
from tests.support.trees import (
    APPLE,
    BASKET,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

TENCH_SHA256 = "a4378b782658ddf3c38a327fe50c058412fe3aaa3fac40b8626e69c31234b545"
STORED = sorted((Path(__file__).parent / "data").glob("index_*.db.xz"))
DRAW = DrawOptions(k=2, on_shortage="take-all")
# The views whose rows an upgraded index shares with a new one of the same tree.
SHARED_VIEWS = (
    *("exemplars", "image_files", "boxes", "box_synsets", "box_details", "image_labels"),
    *("category_coverage", "ingest_problems", "sample_exemplars"),
)
# The first, of which each later step is one, one before the last that moves rows, and the last.
_three_in_every_run = pytest.mark.exhaustive(
    but=["index_0001.db.xz", "index_0006.db.xz", STORED[-1].name]
)
QUOTED = '"images"'  # as a table has its name that was renamed
every_stored = pytest.mark.parametrize("stored", STORED, ids=lambda file: file.name)


class Fresh(NamedTuple):
    """What a new index of the tree has: a sample, the rows of views, exports, coverage."""

    sample: Sequence[CategoryExemplars]
    rows: dict[str, list[str]]
    exports: dict[str, str]
    coverage: list[Coverage]


@pytest.fixture(scope="module")
def fresh(tree: Path) -> Fresh:
    """Return what a new index of the tree has."""
    index = Index.open(tree, tree / "fresh.db", create=True)
    index.ingest()
    drawn = index.sample(DRAW)
    index.sample(DRAW, name="old")
    return Fresh(drawn, _rows(index), _exports(index), index.coverage())


def _rows(index: Index) -> dict[str, list[str]]:
    """Return the rows of the views, in no order of theirs."""
    return {
        view: sorted(map(repr, rows_of(index, f"SELECT * FROM {view}"))) for view in SHARED_VIEWS
    }


def _exports(index: Index) -> dict[str, str]:
    """Return exported files; an older program did not keep the order of an annotation's members."""
    names = ("exemplars", "norare", "cat-info")
    texts = {name: index.exports.target(name, index.root / name).path.read_text() for name in names}
    return {
        name: text if name == "cat-info" else json.dumps(json.loads(text), sort_keys=True)
        for name, text in texts.items()
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of the tree that the stored indexes were made of; a test puts one there."""
    builder = TreeBuilder(tmp_path_factory.mktemp("old") / "tree")
    builder.lvis(
        images=[image(1), image(2)],
        categories=[category(1), category(2, APPLE, frequency="r"), category(3, BASKET)],
        annotations=[
            annotation(5, 1, 1),
            annotation(6, 2, 2, fields_of_its_own=[1.0]),
            annotation(7, 2, 1),
        ],
    )
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"], f"val/{TENCH_WNID}": ["v.JPEG"]})
    builder.visual_genome(
        vg_objects(8, vg_object(2, APPLE), vg_object(1, TENCH, BASKET)),
        vg_objects(4),
        vg_objects(6, vg_object(9, BASKET)),
    )
    return builder.root


def test_every_older_revision_is_stored() -> None:
    older = [f"{number:04}" for number in range(1, int(HEAD))]
    assert [file.name for file in STORED] == [f"index_{one}.db.xz" for one in older]


def _counts(path: Path) -> dict[str, int]:
    """Return the number of rows of each table but the planner's, by the newest names."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        found = {
            name.replace("picture", "image"): connection.execute(
                f"SELECT count(*) FROM {name}"
            ).fetchone()[0]
            for (name,) in names
        }
        if "region_fields" in found:  # until 0006 they were in one table, a row each
            del found["region_fields"], found["region_records"]
            (found["region_details"],) = connection.execute(
                "SELECT count(*) FROM regions LEFT JOIN region_records ON region_pk = regions.pk"
                " WHERE record IS NOT NULL OR fields_pk IS NOT NULL"
            ).fetchone()
        return found


def _require_rows(path: Path, before: dict[str, int]) -> None:
    """Require that each table has as many rows as before, and a new one none."""
    after = _counts(path)
    assert before.keys() <= after.keys()
    assert after == dict.fromkeys(after, 0) | before


@pytest.mark.exhaustive(beyond=1)  # the first goes through all revisions
@every_stored
def test_downgraded_and_upgraded_again(tmp_path: Path, stored: Path) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes(lzma.decompress(stored.read_bytes()))
    engine = open_engine(path)
    schema.upgrade(engine)
    with closing(sqlite3.connect(path)) as connection:
        before = sorted(text.replace(QUOTED, "images") for text in connection.iterdump())
    config, revision = config_of_migrations(), max("0002", stored.name[6:10])
    with writing(engine, bulk=True) as opened:
        config.attributes["connection"] = opened
        command.downgrade(config, revision)
    assert schema.upgrade(engine) == (revision, HEAD)
    with closing(sqlite3.connect(path)) as connection:
        after = sorted(text.replace(QUOTED, "images") for text in connection.iterdump())
    assert after == before


def test_what_0002_kept_is_there(tmp_path: Path) -> None:
    """Ask the views of an index that has a partition, a vocabulary and hashes."""
    path = tmp_path / "ovmr.db"
    path.write_bytes(lzma.decompress((STORED[1]).read_bytes()))
    schema.upgrade(open_engine(path))
    with closing(sqlite3.connect(path)) as connection:
        ask = connection.execute
        assert ask(
            "SELECT name, part, count(*) FROM partitions JOIN partition_categories"
            " ON partition_pk = pk GROUP BY 1, 2"
        ).fetchall() == [("seen", "base", 2), ("seen", "novel", 1)]
        assert ask(
            "SELECT vocabulary, category FROM vocabulary_categories"
            " WHERE vocabulary = 'own' ORDER BY position"
        ).fetchall() == [("own", "apple"), ("own", "tench")]
        assert ask(
            "SELECT sha256 FROM image_hashes WHERE sha256 IS NOT NULL ORDER BY image_pk"
        ).fetchall() == 2 * [(TENCH_SHA256,)]
        assert ask(
            "SELECT DISTINCT sample, vocabulary, missing FROM sample_exemplars"
        ).fetchall() == [("old", "lvis_v1_train", 0)]


@pytest.mark.sqlite_only  # files of older versions
@_three_in_every_run
@every_stored
def test_upgraded_and_used(tree: Path, fresh: Fresh, stored: Path) -> None:
    path = tree / "ovmr.db"
    path.write_bytes(lzma.decompress(stored.read_bytes()))
    before = _counts(path)
    with pytest.raises(SchemaError, match=r"run `index.db.upgrade"):
        Index.open(tree)
    assert Index.open_unchecked(tree).db.upgrade() == (stored.name[6:10], HEAD)
    _require_rows(path, before)

    index = Index.open(tree)
    # The stored ones hold only so much of WordNet as their tree needs, to be small.
    assert problems_but_wordnet(index) == []
    assert index.samples.load("old") == fresh.sample
    assert _rows(index) == fresh.rows
    assert [source.counts.unchanged for source in index.ingest().sources] == [3, 3, 3]
    assert rows_of(
        index, "SELECT count(*) FROM folders WHERE mtime_ns IS NOT NULL AND ctime_ns IS NULL"
    ) == [(0,)]
    assert index.status().pools == "fresh"
    assert _exports(index) == fresh.exports
    assert index.coverage() == fresh.coverage


def test_archives_of_new_kinds_survive_the_upgrade(tmp_path: Path) -> None:
    """Rows of folders in tars stay, and an archive may be of any kind that can be read."""
    path = tmp_path / "ovmr.db"
    path.write_bytes(lzma.decompress(STORED[2].read_bytes()))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO archives VALUES (1, 2, 'a.tar', 1, 1)")
        connection.execute("INSERT INTO folder_archives VALUES (2, 1, 5, 6, 'gzip')")
        connection.commit()
    schema.upgrade(open_engine(path))
    with closing(sqlite3.connect(path)) as connection:
        ask = connection.execute
        assert ask("SELECT * FROM folder_archives").fetchall() == [(2, 1, 5, 6, "gzip")]
        assert ask("SELECT * FROM archives").fetchall() == [(1, 2, "a.tar", 1, 1, None)]
        for kind in ("bzip2", "xz", "zstd", "zip"):
            ask("UPDATE folder_archives SET compression = ?", (kind,))
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            ask("UPDATE folder_archives SET compression = 'rar'")


def test_names_are_filled_in_where_ids_still_say_the_same(tmp_path: Path) -> None:
    """Partitions take the categories that are there; a sample's had a synset, which may differ."""
    path = tmp_path / "ovmr.db"
    path.write_bytes(lzma.decompress(STORED[3].read_bytes()))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE sample_categories SET synset = 'x.n.01' WHERE category_key = 2")
        connection.execute("INSERT INTO partition_categories VALUES (1, 9, 'base')")
        connection.commit()
    schema.upgrade(open_engine(path))
    with closing(sqlite3.connect(path)) as connection:
        ask = connection.execute
        assert ask("SELECT * FROM partition_categories ORDER BY 2").fetchall() == [
            (1, 1, "base", "tench", "tench.n.01"),
            (1, 2, "novel", "apple", "apple.n.01"),
            (1, 3, "base", "basket", "basket.n.01"),
            (1, 9, "base", None, None),
        ]
        names = [name for (name,) in ask("SELECT name FROM sample_categories ORDER BY position")]
        assert names == ["tench", None, "basket"]
        named = ask("SELECT DISTINCT category_id, category FROM sample_exemplars ORDER BY 1")
        assert named.fetchall() == [(1, "tench"), (2, None), (3, "basket")]


@pytest.mark.parametrize(
    ("fields", "record", "kept"),
    [
        (None, '{"id":6,"area":25,"segmentation":[[1,2]],"image_id":1,"bbox":[1,2,3,4.5]', None),
        ('{"note":"é","n":1.50}', '"note":"é","n":1.5}', '{"note":"é","n":1.50}'),
        ('{"id":"b7","image_id":"0a"}', '{"id":"b7","area":25,', '{"id":"b7","image_id":"0a"}'),
        ('{"ovmr_index.absent":["bbox"]}', '"image_id":1,"category_id":3}', None),
        ("{", "{", None),
    ],
)
def test_records_are_put_together_again(
    tmp_path: Path, fields: str | None, record: str, kept: str | None
) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes(lzma.decompress(STORED[5].read_bytes()))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE regions SET x = 1, y = 2, w = 3, h = 4.5, area = 25, image_pk = 1,"
            " category_pk = (SELECT pk FROM categories WHERE key = 3) WHERE key = 6"
        )
        connection.execute(
            "UPDATE region_details SET segmentation = '[[1,2]]', fields = ?"
            " WHERE region_pk = (SELECT pk FROM regions WHERE key = 6)",
            (fields,),
        )
    schema.upgrade(open_engine(path))
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT record, is_odd, fields FROM regions"
            " JOIN region_records ON region_pk = regions.pk"
            " LEFT JOIN region_fields ON region_fields.pk = fields_pk WHERE key = 6"
        ).fetchall()
    assert record in found[0][0]
    is_odd = fields is not None and ("id" in fields or "absent" in fields)
    assert found[0][1:] == (is_odd, kept)
