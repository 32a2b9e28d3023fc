"""Marks: what a draw takes account of, what stays through a re-ingest, and what is taken back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.curation.mark import ExemplarKey
from ovmr_index.errors import UsageError
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.samples.options import DrawOptions, Filters
from tests.support.trees import APPLE, TreeBuilder, annotation, category, image

DRAWS = [
    DrawOptions(k=k, method=method, on_shortage=on_shortage, filters=filters)
    for method in ("numpy", "stable")
    for k, on_shortage in ((4, "error"), (12, "repeat"), (12, "take-all"))
    for filters in (Filters(), Filters(balanced=True), Filters(per_image=2))
]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Return an index whose two categories have ten boxes each, two on each image."""
    builder = TreeBuilder(tmp_path / "tree")
    builder.lvis(
        images=[image(number) for number in range(1, 11)],
        categories=[category(1), category(2, APPLE)],
        annotations=[
            annotation(
                10 * category_id + number, 1 + number // 2 + 5 * (category_id - 1), category_id
            )
            for category_id in (1, 2)
            for number in range(10)
        ],
    )
    with builder.index() as opened:
        opened.ingest()
        yield opened


def _drawn(index: Index, options: DrawOptions) -> dict[int, list[int | None]]:
    return {
        one.category_id: [exemplar.region_id for exemplar in one.exemplars]
        for one in index.sample(options)
    }


def _box(index: Index, category_id: int, region_id: int) -> Exemplar:
    (found,) = [one for one in index.exemplars(category_id) if one.region_id == region_id]
    return found


@pytest.mark.parametrize("options", DRAWS, ids=lambda one: one.made_name())
def test_pins_come_first_and_what_is_excluded_never(index: Index, options: DrawOptions) -> None:
    before = _drawn(index, options)
    index.curation.exclude([_box(index, 1, 13), _box(index, 1, 14)])
    index.curation.pin([_box(index, 1, 19), _box(index, 1, 12)])
    after = _drawn(index, options)
    assert after[1][:2] == [19, 12]
    assert not {13, 14}.intersection(after[1])
    assert after[2] == before[2]
    if options.on_shortage == "take-all" and options.filters == Filters():
        assert sorted(after[1], key=str) == [10, 11, 12, 15, 16, 17, 18, 19]
    ignoring = DrawOptions(
        options.k,
        method=options.method,
        on_shortage=options.on_shortage,
        filters=options.filters,
        ignore_curation=True,
    )
    assert _drawn(index, ignoring) == before


def test_a_step_is_taken_back_and_what_others_marked_since_stays(index: Index) -> None:
    eleven, twelve = _box(index, 1, 11), _box(index, 1, 12)
    index.curation.exclude([eleven, twelve], author="a")
    index.curation.pin(twelve, note="good", author="b")
    change = index.curation.undo(author="a")
    assert (change.changed, change.unchanged) == (1, 1)
    assert change.notes == (
        "lvis_v1_train train2017/000000000002.jpg, box 12 was marked again since by b: it stays",
    )
    assert [(one.kind, one.region_id) for one in index.curation.list()] == [("pin", 12)]
    index.curation.undo()
    assert [(one.kind, one.region_id) for one in index.curation.list()] == [("exclude", 12)]


def test_a_mark_outlives_what_is_read_again(index: Index) -> None:
    key = index.curation.find("tench", "lvis_v1_train", region=11)
    assert key == ExemplarKey("lvis_v1_train", 1, "lvis_v1_train", "train2017/000000000001.jpg", 11)
    index.curation.exclude(key, note="a drawing", author="me")
    (before,) = index.curation.list()
    index.ingest(rehash=True)
    assert index.curation.list() == [before]
    assert not before.missing


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"category": "tenhc", "region": 11}, "did you mean 'tench'?"),
        ({"source": "lvis_v1_trian", "region": 11}, "did you mean 'lvis_v1_train'?"),
        ({"region": 21}, "does not hold lvis_v1_train box 21; it is an exemplar of apple"),
        ({"region": 99}, "does not hold lvis_v1_train box 99"),
        ({}, "give --region ID for a box, or --file NAME for a whole image"),
        ({"file": "train2017/000000000001.jpg"}, "has 2 boxes of 'tench': 10, 11"),
    ],
)
def test_what_is_not_there_is_said(index: Index, given: dict[str, Any], problem: str) -> None:
    asked: dict[str, Any] = {"category": "tench", "source": "lvis_v1_train"} | given
    with pytest.raises(UsageError) as raised:
        index.curation.find(**asked)
    assert problem in str(raised.value)
