"""`ingest --rehash`: what was damaged in the index is read again from its files."""

from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.db.models import METADATA
from tests.support.contents import rows_of, run_on
from tests.support.copied_tree import copied_builder
from tests.support.trees import BASKET, TENCH, TreeBuilder, annotation, image, vg_object, vg_objects

pytestmark = pytest.mark.slow

TABLES = (
    *("sources", "categories", "images", "image_records", "image_categories", "regions"),
    *("region_records", "region_fields", "region_synsets", "source_blocks"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree of annotations of two formats, with its index: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", empty_index)
    builder.lvis(
        images=[image(1), image(2, neg_category_ids=[1])],
        annotations=[annotation(1), annotation(2, 2, own=[1.0])],
    )
    builder.visual_genome(vg_objects(5, vg_object(1, TENCH), vg_object(2, TENCH, BASKET)))
    with builder.index() as index:
        index.ingest()
    return builder


@pytest.fixture
def index(made: TreeBuilder, tmp_path: Path) -> Index:
    """Return an index of annotations of two formats, which the test may damage."""
    return copied_builder(made, tmp_path).index()


def _rows(index: Index) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of what was read, without how often it was."""
    found = {}
    for table in TABLES:
        columns = METADATA.tables[table].columns
        named = ", ".join(one.name for one in columns if one.name != "generation")
        found[table] = rows_of(index, f"SELECT {named} FROM {table} ORDER BY 1, 2")
    return found


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("UPDATE sources SET header = '{'", marks=pytest.mark.exhaustive),
        pytest.param("UPDATE categories SET record = '{'", marks=pytest.mark.exhaustive),
        pytest.param(
            "UPDATE categories SET name = 'x', frequency = 'r'", marks=pytest.mark.exhaustive
        ),
        pytest.param("UPDATE categories SET synset_pk = NULL", marks=pytest.mark.exhaustive),
        "UPDATE images SET width = 9, coco_id = 8 WHERE key IS NOT NULL",
        pytest.param("UPDATE image_records SET record = '{'", marks=pytest.mark.exhaustive),
        pytest.param("DELETE FROM image_records", marks=pytest.mark.exhaustive),
        pytest.param("DELETE FROM image_categories", marks=pytest.mark.exhaustive),
        "UPDATE regions SET w = 1e308, area = NULL",
        pytest.param("UPDATE region_fields SET fields = '{'", marks=pytest.mark.exhaustive),
        pytest.param("UPDATE region_records SET record = '{'", marks=pytest.mark.exhaustive),
        pytest.param("UPDATE region_records SET is_odd = 1", marks=pytest.mark.exhaustive),
        "DELETE FROM region_fields",
        pytest.param("DELETE FROM region_records", marks=pytest.mark.exhaustive),
        pytest.param("DELETE FROM region_synsets", marks=pytest.mark.exhaustive),
        "DELETE FROM region_records; DELETE FROM region_synsets; DELETE FROM regions",
        "DELETE FROM source_blocks WHERE position = 0",
    ],
)
def test_what_was_damaged_is_read_again(index: Index, damage: str) -> None:
    before = _rows(index)
    run_on(index, damage)
    assert _rows(index) != before
    index.ingest(rehash=True)
    index.close()
    after = _rows(index)
    for name, rows in after.items():
        assert list(map(_known, rows)) == list(map(_known, before[name])), name


def _known(row: tuple[object, ...]) -> tuple[object, ...]:
    """Return a row without the row number that a region may get again."""
    return tuple(one for one in row if not isinstance(one, int) or 1_000 < one < 1 << 32)


def test_what_is_as_it_was_keeps_its_generation(index: Index) -> None:
    def generations() -> list[int]:
        rows = rows_of(index, "SELECT generation FROM sources ORDER BY pk")
        return [number for (number,) in rows]

    before = generations()
    assert not any(one.did_work for one in index.ingest(rehash=True).sources)
    assert generations() == before
    index.close()
    run_on(index, "UPDATE categories SET frequency = 'r'")
    (report, _) = index.ingest(rehash=True).sources
    assert report.others["categories"].changed == 1
    assert generations() == [2, 1]
