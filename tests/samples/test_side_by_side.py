"""Saved samples to be looked at: as a sheet, two side by side, those that hold an exemplar."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index import DrawOptions, Index, UsageError
from ovmr_index.samples.sheet_queries import samples_with, sheet_tiles
from tests.support.coco_files import ingest_coco
from tests.support.plans import plan_of, scanned
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
)

TRAIN = "lvis_v1_train"
BOX = "train2017/000000000001.jpg"
CATEGORIES = [category(7, APPLE), category(3, TENCH)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Index:
    """Return an index with samples of apples in boxes and tenches in images: two are gone since."""
    builder = TreeBuilder(tmp_path_factory.mktemp("sheet") / "datasets", few_synsets)
    boxes = [annotation(key, 1, 7) for key in (11, 12, 13)]
    builder.lvis(categories=CATEGORIES, images=[image(1)], annotations=boxes)
    names = [f"{one}.JPEG" for one in "abc"]
    builder.imagenet({f"train/{TENCH_WNID}": names, f"train/{APPLE_WNID}": names})
    index = builder.index()
    index.ingest()
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        index.sample(DrawOptions(2, seed, method="stable", on_shortage="take-all"), name=name)
    index.sample(DrawOptions(6, on_shortage="take-all"), name="all")
    (builder.root / f"imagenet/imagenet21k_P/train/{TENCH_WNID}/a.JPEG").unlink()
    builder.touch(builder.root / f"imagenet/imagenet21k_P/train/{TENCH_WNID}")
    builder.lvis(categories=CATEGORIES, images=[image(1)], annotations=boxes[:2])
    index.ingest()
    return index


@pytest.mark.slow
def test_a_sheet_holds_what_is_gone_too(index: Index) -> None:
    sheet = index.samples.by_category("all")
    assert (sheet.name, sheet.vocabulary, sheet.exemplars, sheet.missing) == ("all", TRAIN, 9, 2)
    assert [(row.category_id, row.category, row.synset) for row in sheet.rows] == [
        (3, "tench", TENCH),
        (7, "apple", APPLE),
    ]
    assert sheet.short == 1
    (tench,) = (row for row in sheet.rows if row.category == "tench")
    gone = [one for one in tench.tiles if one.missing]
    assert [(one.source, one.file_name) for one in gone] == [(None, f"train/{TENCH_WNID}/a.JPEG")]
    (apple,) = (row for row in sheet.rows if row.category == "apple")
    assert [one.region_id for one in apple.tiles if one.missing] == [13]
    assert [(one.x, one.w) for one in apple.tiles if one.region_id == 11] == [(4, 40.5)]
    assert len(sheet.stale) == 1
    assert "imagenet21k, lvis_v1_train have changed" in sheet.stale[0]


def test_the_same_draw_twice_differs_in_nothing(index: Index) -> None:
    found = index.samples.side_by_side("one", "again")
    assert (found.diff.same, found.differing) == (True, [])
    assert [len(row.a) for row in found.rows] == [2, 2]


def test_what_only_one_sample_holds_is_flagged(index: Index) -> None:
    found = index.samples.side_by_side("one", "all")
    assert len(found.diff.only_a) == 0
    assert found.differing == found.rows
    assert [(row.only_a, row.only_b) for row in found.rows] == [(0, 1), (0, 4)]
    flagged = [one.tile for row in found.rows for one in row.b if one.is_only]
    assert len(flagged) == len(found.diff.only_b) == 5
    held = {one.tile[3:6] for row in found.rows for one in row.a}
    assert not held & {one[3:6] for one in flagged}


def test_categories_are_paired_by_what_they_are_called(builder: TreeBuilder) -> None:
    options = DrawOptions(1, vocabulary="mine", on_shortage="take-all")
    cat, dog, cow = {"name": "cat"}, {"name": "dog"}, {"name": "cow"}
    index = ingest_coco(builder, [{"id": 1, **cat}, {"id": 2, **dog}])
    index.sample(options, name="before")
    ingest_coco(builder, [{"id": 1, **cow}, {"id": 5, **cat}]).sample(options, name="after")
    found = index.samples.side_by_side("before", "after")
    rows = [(row.category_id, row.category, len(row.a), len(row.b)) for row in found.rows]
    assert rows == [(1, "cat", 1, 1), (2, "dog", 1, 0), (1, "cow", 0, 1)]


def test_the_samples_that_hold_an_exemplar(index: Index) -> None:
    held = {
        name
        for name in ("one", "again", "other", "all")
        for row in index.samples.by_category(name).rows
        if any((one.file_name, one.region_id) == (BOX, 12) for one in row.tiles)
    }
    found = index.samples.holding(7, TRAIN, BOX, region_id=12)
    assert [one.sample for one in found] == sorted(held)
    assert (found[0].sample, found[0].k, found[0].seed) == ("again", 2, 1) or "again" not in held
    assert [one.sample for one in index.samples.holding(7, TRAIN, BOX, region_id=13)] != []
    assert index.samples.holding(3, TRAIN, BOX, region_id=12) == []
    assert index.samples.holding(7, TRAIN, BOX) == []


def test_a_sample_that_is_not_there(index: Index) -> None:
    with pytest.raises(UsageError, match=r"there is no sample 'onne'; did you mean 'one'"):
        index.samples.by_category("onne")
    with pytest.raises(UsageError, match=r"there is no sample 'onne'"):
        index.samples.side_by_side("one", "onne")


def test_tiles_are_found_by_index(large: Connection) -> None:
    large_tables = {"images", "regions", "folders", "sample_picks"}
    for query in (sheet_tiles("one"), samples_with(TRAIN, 1, TRAIN, "a.jpg", 1)):
        assert scanned(plan_of(large, query)).isdisjoint(large_tables)
