"""Marks: what is found and said, what stays through a re-ingest, and what is taken back."""

from typing import Any

import pytest

from ovmr_index import ExemplarKey, Index
from ovmr_index.errors import UsageError
from ovmr_index.pools.exemplars import Exemplar
from tests.curation.conftest import write_tree
from tests.support.trees import APPLE, BASKET, TENCH, TreeBuilder, annotation, category, image


def box(index: Index, category_id: int, region_id: int) -> Exemplar:
    """Return the exemplar of a category on a box of LVIS."""
    pool = index.exemplars(category_id)
    (found,) = [one for one in pool if (one.dataset, one.region_id) == ("lvis", region_id)]
    return found


def said(index: Index) -> list[tuple[object, ...]]:
    """Return what is marked, without times."""
    return [(one.kind, one.category_id, one.region_id, one.author) for one in index.curation.list()]


@pytest.mark.slow
def test_a_step_is_taken_back_and_what_others_marked_since_stays(index: Index) -> None:
    eleven, twelve = box(index, 1, 11), box(index, 1, 12)
    index.curation.exclude([eleven, twelve], author="a")
    index.curation.pin(twelve, note="good", author="b")
    change = index.curation.undo(author="a")
    assert (change.changed, change.unchanged) == (1, 1)
    assert change.notes == (
        "lvis_v1_train train2017/000000000003.jpg, box 12 was marked again since by b: it stays",
    )
    assert said(index) == [("pin", 1, 12, "b")]
    index.curation.undo()
    assert said(index) == [("exclude", 1, 12, "a")]


def test_a_step_of_which_nothing_is_left_is_passed_over(index: Index) -> None:
    one, other = box(index, 1, 11), box(index, 2, 21)
    index.curation.exclude(other, author="a")
    index.curation.exclude(one, author="a")
    index.curation.pin(one, author="b")
    assert index.curation.undo(author="a").changed == 0
    assert index.curation.undo(author="a").changed == 1
    assert said(index) == [("pin", 1, 11, "b")]
    with pytest.raises(UsageError, match="there is no step of a to take back"):
        index.curation.undo(author="a")


def test_what_is_marked_so_already_is_left(index: Index) -> None:
    one = box(index, 1, 11)
    assert index.curation.pin([one, one], note="good")[1:3] == (1, 0)
    assert index.curation.pin(one)[1:4] == (0, 1, None)
    assert index.curation.pin(one, note="better").changed == 1
    assert index.curation.exclude(one).changed == 1
    assert index.curation.clear(one).changed == 1
    assert index.curation.clear(one)[1:4] == (0, 1, None)
    assert index.curation.list() == []
    assert [later.pair.after and later.pair.after.kind for later in index.curation.changes(2)] == [
        "exclude",
        None,
    ]


def test_pins_keep_the_order_in_which_they_were_made(index: Index) -> None:
    index.curation.pin([box(index, 1, 13), box(index, 1, 11)])
    index.curation.pin([box(index, 1, 12), box(index, 2, 22)])
    index.curation.clear(box(index, 1, 13))
    index.curation.undo()
    ranks = [(one.category_id, one.region_id) for one in index.curation.list()]
    assert ranks == [(1, 13), (1, 11), (1, 12), (2, 22)]


@pytest.mark.slow
def test_marks_outlive_what_is_read_again_and_follow_their_categories(builder: TreeBuilder) -> None:
    images, annotations = [image(1)], [annotation(5), annotation(6, 1, 2), annotation(7)]
    builder.lvis(
        images=images, categories=[category(1), category(2, APPLE)], annotations=annotations
    )
    with builder.index() as index:
        index.ingest()
        index.curation.exclude([box(index, 1, 5), box(index, 2, 6)], note="a drawing", author="me")
        before = index.curation.list()
        index.ingest(rehash=True)
        assert index.curation.list() == before
        # The two change their ids, one box is gone.
        swapped = [annotation(6, 1, 1), annotation(7, 1, 2)]
        builder.lvis(
            images=images, categories=[category(1, APPLE), category(2)], annotations=swapped
        )
        index.ingest()
        index.collate()
        after = [
            (one.category_id, one.synset, one.region_id, one.missing)
            for one in index.curation.list()
        ]
        assert after == [(1, APPLE, 6, False), (2, TENCH, 5, True)]
        with index.sql("SELECT category_id, category, missing FROM marks ORDER BY 1") as result:
            assert [*result.rows] == [(1, "apple", 0), (2, "tench", 1)]
        assert index.curation.undo().changed == 2
        assert index.curation.list() == []


@pytest.mark.slow
def test_a_category_that_is_gone_keeps_its_marks(builder: TreeBuilder) -> None:
    write_tree(builder)
    with builder.index() as index:
        index.ingest()
        index.curation.pin(box(index, 3, 31))
        builder.lvis(images=[image(number) for number in range(1, 11)])
        index.ingest(allow_vanished=True)
        (mark,) = index.curation.list()
        assert (mark.category, mark.missing) == ("basket", True)
        write_tree(builder)
        index.ingest()
        index.collate()
        (mark,) = index.curation.list()
        assert (mark.synset, mark.missing) == (BASKET, False)


def test_a_key_names_an_exemplar(index: Index) -> None:
    key = index.curation.find("tench", "lvis_v1_train", region=11)
    assert key == ExemplarKey("lvis_v1_train", 1, "lvis_v1_train", "train2017/000000000002.jpg", 11)
    picture = index.curation.find(TENCH, "imagenet21k", file="train/n01440764/a.JPEG")
    assert picture[2:] == ("imagenet21k", "train/n01440764/a.JPEG", None)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"category": "tenhc", "region": 11}, "did you mean 'tench'?"),
        ({"source": "lvis_v1_trian", "region": 11}, "did you mean 'lvis_v1_train'?"),
        ({"region": 21}, "does not hold lvis_v1_train box 21; it is an exemplar of apple"),
        ({"region": 99}, "does not hold lvis_v1_train box 99"),
        ({"region": 2**70}, "region= is 1180591620717411303424; give the id of a box"),
        ({}, "give region= for a box, or file= for a whole image"),
        ({"region": 11, "file": "a"}, "give region= for a box, or file="),
        ({"file": "train2017/000000000002.jpg"}, "has 2 boxes of 'tench': 10, 11"),
        ({"vocabulary": "mine", "region": 11}, "there is no vocabulary 'mine'"),
    ],
)
def test_what_is_not_there_is_said(shared: Index, given: dict[str, Any], problem: str) -> None:
    asked: dict[str, Any] = {"category": "tench", "source": "lvis_v1_train"} | given
    with pytest.raises(UsageError) as raised:
        shared.curation.find(**asked)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("said_of_it", "problem"),
    [
        ({"note": "a" * 10_000_000}, "the note has 10,000,000 characters; give at most 10,000"),
        ({"note": "a\0b"}, "the note holds a NUL character"),
        ({"author": "\udcff"}, "the author is no UTF-8"),
        ({"note": 7}, "the note is 7; give text"),
    ],
)
def test_what_cannot_be_said(shared: Index, said_of_it: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        shared.curation.exclude(box(shared, 1, 11), **said_of_it)
    assert shared.curation.counts() is None


def test_nothing_is_marked_where_one_is_not_there(shared: Index) -> None:
    one = box(shared, 1, 11)
    for wrong in (
        one._replace(region_id=99),
        one._replace(file_name="x.jpg"),
        one._replace(source="x"),
    ):
        with pytest.raises(UsageError, match="the pool of 'tench' does not hold"):
            shared.curation.exclude([one, wrong])
    with pytest.raises(UsageError, match="there is no category 9 in lvis_v1_train"):
        shared.curation.exclude(one._replace(category_id=9))
    with pytest.raises(UsageError, match="'one' is no exemplar"):
        shared.curation.exclude(["one"])  # type: ignore[list-item]
    assert shared.curation.list() == []
