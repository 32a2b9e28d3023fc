"""The frequencies of categories: taken in any form, and named where they are none of LVIS's."""

import pytest

from ovmr_index import Index
from ovmr_index.index.check import contradictions
from tests.support.coco_files import coco_json
from tests.support.contents import rows_of
from tests.support.trees import APPLE, BASKET, TreeBuilder, annotation, category

TAKE_NONE = "`export norare` and the partition `rare` take none of them as rare"


def _notes(builder: TreeBuilder, *frequencies: object) -> tuple[Index, list[str]]:
    categories = [
        category(key, synset, frequency=frequency)
        for key, synset, frequency in zip((1, 2), (APPLE, BASKET), frequencies, strict=True)
    ]
    builder.lvis(categories=categories, annotations=[annotation(1), annotation(2, own=2)])
    index = builder.index()
    (report,) = index.ingest().sources
    return index, [note for note in report.notes if "frequency" in note]


@pytest.mark.parametrize("written", ["r", "R", " r ", "rare", "Rare", "RARE "])
def test_rare_is_rare_in_any_form(builder: TreeBuilder, written: str) -> None:
    index, notes = _notes(builder, "f", written)
    assert notes == []
    assert rows_of(index, "SELECT frequency FROM categories ORDER BY key") == [("f",), ("r",)]
    assert index.partitions.list()[0][:5] == ("lvis_v1_train", "rare", 1, 1, 0)
    assert not [*contradictions(index._session)]


@pytest.mark.parametrize("written", ["x", "", "rarely", None, 1])
def test_what_is_no_frequency_is_named(builder: TreeBuilder, written: object) -> None:
    index, notes = _notes(builder, "r", written)
    assert notes == [f"1 category has no frequency r, c or f: basket; {TAKE_NONE}"]
    assert not [*contradictions(index._session)]


def test_lvis_without_frequencies_is_named(builder: TreeBuilder) -> None:
    _, notes = _notes(builder, None, "")
    assert notes == [f"2 categories have no frequency r, c or f: apple, basket; {TAKE_NONE}"]


@pytest.mark.parametrize(
    ("second", "found"),
    [({}, []), ({"frequency": "Rare"}, ["1 category has no frequency r, c or f: cat; "])],
    ids=["none", "one"],
)
def test_other_files_need_none(
    builder: TreeBuilder, second: dict[str, str], found: list[str]
) -> None:
    content = coco_json([{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"} | second])
    index = builder.index()
    source = index.sources.coco(builder.json("own.json", content), "own", builder.root / "pictures")
    (report,) = index.ingest([source]).sources
    assert [f"{note.partition(';')[0]}; " for note in report.notes if "frequency" in note] == found
