"""The frequencies of categories: taken in any form, and named where they are none of LVIS's."""

import pytest

from ovmr_index import Index
from ovmr_index.index.check import contradictions
from ovmr_index.ingest.report import VanishedError
from tests.support.coco_files import coco_json
from tests.support.contents import rows_of
from tests.support.trees import APPLE, BASKET, TENCH, TreeBuilder, annotation, category

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


@pytest.mark.slow
@pytest.mark.exhaustive(but=[" r ", "Rare"])
@pytest.mark.parametrize("written", ["r", "R", " r ", "rare", "Rare", "RARE "])
def test_rare_is_rare_in_any_form(builder: TreeBuilder, written: str) -> None:
    index, notes = _notes(builder, "f", written)
    assert notes == []
    assert rows_of(index, "SELECT frequency FROM categories ORDER BY key") == [("f",), ("r",)]
    assert index.partitions.list()[0][:5] == ("lvis_v1_train", "rare", 1, 1, 0)
    assert not [*contradictions(index._session)]


@pytest.mark.exhaustive(but=["x", "None", "1"])
@pytest.mark.slow
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


def _counted(builder: TreeBuilder, boxes: list[int], counts: list[object]) -> Index:
    """Write LVIS train with so many boxes of a frequent, a common and a rare category."""
    kinds = zip((APPLE, BASKET, TENCH), "fcr", counts, strict=True)
    categories = [
        category(key, synset, frequency=frequency, **({} if n is None else {"instance_count": n}))
        for key, (synset, frequency, n) in enumerate(kinds, 1)
    ]
    owners = [key for key, count in enumerate(boxes, 1) for _ in range(count)]
    annotations = [annotation(number, category_id=key) for number, key in enumerate(owners, 1)]
    builder.lvis(categories=categories, annotations=annotations)
    return builder.index()


@pytest.mark.exhaustive(beyond=2)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("boxes", "named"),
    [
        ([20, 10, 0], "a rare category, of which its categories count 5"),
        ([0, 0, 5], "a frequent or common category, of which its categories count 30"),
        ([19, 9, 0], "a rare category, of which its categories count 5"),
    ],
    ids=["norare", "rareonly", "norare, some left out"],
)
def test_what_was_made_for_training_is_refused_by_its_own_counts(
    builder: TreeBuilder, boxes: list[int], named: str
) -> None:
    index = _counted(builder, boxes, [20, 10, 5])
    with pytest.raises(VanishedError, match="is derived from another file: it has no") as caught:
        index.ingest()
    assert named in str(caught.value)
    assert rows_of(index, "SELECT count(*) FROM regions") == [(0,)]
    (report,) = index.ingest(allow_vanished=True).sources
    assert report.counts.added == sum(boxes)


@pytest.mark.exhaustive(but=["without counts", "some images", "odd counts"])
@pytest.mark.slow
@pytest.mark.parametrize(
    ("boxes", "counts"),
    [
        ([20, 10, 5], [20, 10, 5]),
        ([20, 10, 0], [None, None, None]),
        ([20, 10, 0], [20, 10, 0]),
        ([4, 2, 0], [20, 10, 5]),
        ([20, 10, 0], ["20", None, []]),
    ],
    ids=["whole", "without counts", "none was there", "some images", "odd counts"],
)
def test_a_file_without_rare_boxes_may_be_whole(
    builder: TreeBuilder, boxes: list[int], counts: list[object]
) -> None:
    (report,) = _counted(builder, boxes, counts).ingest().sources
    assert report.counts.added == sum(boxes)
