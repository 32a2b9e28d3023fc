"""Synsets that objects and categories have themselves: given twice, with spaces, by wnid, unknown."""

from ovmr_index import Index
from tests.support.trees import APPLE, TENCH, TreeBuilder, vg_object, vg_objects


def _rows(index: Index, query: str) -> list[tuple[object, ...]]:
    with index.sql(query) as found:
        return [tuple(row) for row in found.rows]


def test_a_synset_that_is_given_twice_is_one(builder: TreeBuilder) -> None:
    builder.visual_genome(
        vg_objects(1, vg_object(3, TENCH, TENCH), vg_object(9, APPLE, TENCH, APPLE, TENCH))
    )
    index = builder.index()
    index.ingest()
    assert _rows(index, "SELECT region_id, position, synset FROM box_synsets ORDER BY 1, 2") == [
        (3, 0, TENCH),
        (9, 0, APPLE),
        (9, 1, TENCH),
    ]
