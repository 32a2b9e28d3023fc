"""What objects say beyond their columns is stored once a text, and goes with the last of them."""

import pytest

from ovmr_index import Index
from ovmr_index.ingest import region_fields
from tests.support.contents import rows_of
from tests.support.trees import TENCH, Json, TreeBuilder, vg_object, vg_objects

FIELDS = "SELECT region_id, fields FROM box_details ORDER BY region_id"
TEXTS = "SELECT fields FROM region_fields ORDER BY fields"


def _index(builder: TreeBuilder, *named: Json) -> Index:
    objects = [vg_object(i, TENCH) | one for i, one in enumerate(named)]
    builder.visual_genome(vg_objects(5, *objects))
    index = builder.index()
    index.ingest(allow_vanished=True)
    return index


def test_a_text_is_stored_once(builder: TreeBuilder) -> None:
    index = _index(builder, {"names": ["a"]}, {"names": ["b"]}, {"names": ["a"]})
    assert [fields for _, fields in rows_of(index, FIELDS)] == [
        '{"names":["a"],"merged_object_ids":[]}',
        '{"names":["b"],"merged_object_ids":[]}',
        '{"names":["a"],"merged_object_ids":[]}',
    ]
    assert len(rows_of(index, TEXTS)) == 2


def test_a_text_goes_with_the_last_that_has_it(builder: TreeBuilder) -> None:
    _index(builder, {"names": ["a"]}, {"names": ["b"]}, {"names": ["c"]})
    index = _index(builder, {"names": ["a"]}, {"names": ["a"]})
    assert rows_of(index, TEXTS) == [('{"names":["a"],"merged_object_ids":[]}',)]


@pytest.mark.exhaustive(beyond=2)
@pytest.mark.slow
@pytest.mark.parametrize("most", [1, 2, 5])
def test_of_too_many_texts_some_stand_twice(
    builder: TreeBuilder, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(region_fields, "_MOST_FIELDS", most)
    names: list[Json] = [{"names": [f"n{i % 4}"]} for i in range(40)]
    index = _index(builder, *names)
    expected = [(i, f'{{"names":["n{i % 4}"],"merged_object_ids":[]}}') for i in range(40)]
    assert rows_of(index, FIELDS) == expected
    (again,) = index.ingest(rehash=True).sources
    assert (again.counts.changed, again.counts.unchanged) == (0, 40)
