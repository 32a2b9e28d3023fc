"""What `evaluate` takes for results, what it says of others, and what it prints."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ovmr_index import Index
from ovmr_index.errors import MissingSourceError, OvmrIndexError, UsageError
from tests.support.coco_files import ingest_coco
from tests.support.made_results import SIZE, SYNSETS, MadeResults
from tests.support.runs import Run, call
from tests.support.trees import APPLE, Json, TreeBuilder, category, vg_object, vg_objects

MADE = MadeResults(7)
BOXES = MADE.detections
MASKS = MADE.masks()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the root of an index of made annotations: read only."""
    builder = TreeBuilder(tmp_path_factory.mktemp("results") / "datasets", empty_index)
    lists = MADE.lists()
    builder.lvis("val", **lists)
    others = [one | {"id": one["id"] + 50_000} for one in lists["images"][:3]]
    builder.lvis("train", categories=lists["categories"], images=others, annotations=[])
    builder.visual_genome(vg_objects(50, vg_object(1, APPLE)))
    with builder.index() as index:
        index.ingest()
        index.partitions.add("seen", novel=[*SYNSETS[:4]], base=[*SYNSETS[4:7]])
    return builder.root


@pytest.fixture
def index(root: Path) -> Iterator[Index]:
    """Open the index of made annotations."""
    with Index.open(root, create=False) as opened:
        yield opened


def test_parts_of_a_partition_are_means_over_their_categories(index: Index) -> None:
    report = index.evaluate(BOXES, partition="seen")
    assert list(report.partitions) == ["rare", "seen"]
    found, by_name = report.partitions["seen"], {one.name: one for one in report.categories}
    novel, base = ([by_name[name] for name in some] for some in (SYNSETS[:4], SYNSETS[4:7]))
    assert found.novel == pytest.approx(np.mean([one.ap for one in novel]))
    assert found.base == pytest.approx(np.mean([one.ap for one in base]))
    assert found.all == pytest.approx(np.mean([one.ap for one in novel + base]))
    assert found.novel_ap50 == pytest.approx(np.mean([one.ap50 for one in novel]))
    assert found.base_ap50 == pytest.approx(np.mean([one.ap50 for one in base]))
    assert found.all_ap50 == pytest.approx(np.mean([one.ap50 for one in novel + base]))
    assert by_name["apple"].parts == {"rare": "novel", "seen": "novel"}
    assert by_name["hat"].parts == {"rare": "base"}


def test_categories_that_nothing_shows_are_left_out_of_a_mean(index: Index) -> None:
    """Of the rare categories one has no box: its AP, -1, is in no mean."""
    report = index.evaluate(BOXES)
    rare = [one.ap for one in report.categories if one.frequency == "r"]
    absent = next(one for one in report.categories if one.name == SYNSETS[10])
    assert (absent.images, absent.instances, absent.ap, absent.ar) == (0, 0, -1, -1)
    assert report.partitions["rare"].novel == pytest.approx(np.mean(rare))
    common = [one.ap for one in report.categories if one.frequency == "c"]
    assert report.metrics["APc"] == pytest.approx(np.mean([one for one in common if one > -1]))


def test_images_and_instances_are_counted(index: Index) -> None:
    """Without the two boxes that have no area, which lvis-api does not see."""
    seen = [one for one in MADE.annotations if one["area"]]
    report = index.evaluate(BOXES)
    for one in report.categories:
        shown = [box["image_id"] for box in seen if box["category_id"] == one.id]
        assert (one.images, one.instances) == (len({*shown}), len(shown))


def test_a_list_is_as_good_as_a_file(index: Index, tmp_path: Path) -> None:
    file, packed = tmp_path / "results.json", tmp_path / "results.json.gz"
    file.write_text(json.dumps(BOXES))
    packed.write_bytes(gzip.compress(file.read_bytes()))
    arrays = [
        one
        | {"bbox": np.array(one["bbox"]), "score": np.float64(one["score"])}
        | {"image_id": np.int64(one["image_id"])}
        for one in BOXES
    ]
    wanted = index.evaluate(file)
    for same in (str(file), packed, BOXES, arrays):
        assert index.evaluate(same) == wanted


def test_masks_may_be_in_any_of_their_forms(index: Index) -> None:
    wanted = index.evaluate(MASKS, iou_type="segm")
    forms: list[list[Json]] = [[], []]
    for box, mask in zip(BOXES, MASKS, strict=True):
        x, y, w, h = (round(side) for side in box["bbox"])
        drawn = np.zeros(SIZE[::-1], np.uint8)
        drawn[y : y + h, x : x + w] = 1
        flat = np.concatenate(([0], drawn.T.ravel(), [2]))
        ends = np.flatnonzero(np.diff(flat[:-1], append=2) != 0)
        counts = np.diff(np.concatenate(([0], ends))).tolist()
        packed = mask["segmentation"]["counts"].encode()
        for form, value in zip(forms, (counts, packed), strict=True):
            segmentation = {"size": [SIZE[1], SIZE[0]], "counts": value}
            form.append(mask | {"segmentation": segmentation})
    for same in forms:
        assert index.evaluate(same, iou_type="segm") == wanted


def test_polygons_are_masks_too(index: Index) -> None:
    drawn = [
        {name: one[name] for name in ("image_id", "category_id", "segmentation")} | {"score": 1}
        for one in MADE.annotations
    ]
    report = index.evaluate(drawn, iou_type="segm")
    assert report.metrics["AP"] > 0.999


def test_no_detection_finds_nothing(index: Index) -> None:
    report = index.evaluate([])
    assert {report.metrics[name] for name in ("AP", "APr", "AR@300")} == {0}
    assert report.notes == ("there is no detection",)


def test_what_is_odd_is_noted(index: Index) -> None:
    first = next(one for one in MADE.annotations if one["area"])
    right = {name: first[name] for name in ("image_id", "category_id", "bbox")} | {"score": 0.5}
    report = index.evaluate([right, right])
    assert report.detections == 2
    images = len(MADE.images)
    assert report.notes == (
        "1 detection repeats another one: same image, category, score and box; each counts",
        f"{images - 1} of {images} images have no detection",
    )


def detection(**fields: Any) -> Json:
    """Return a detection with some of its members changed; a member that is None goes."""
    made = MADE.annotations[5]
    usual = {"image_id": made["image_id"], "category_id": made["category_id"], "score": 0.5}
    changed = usual | {"bbox": [1, 2, 3, 4]} | fields
    return {name: value for name, value in changed.items() if value is not None}


SHAPE = r"; give a list of \{image_id, category_id, score, bbox or segmentation\}$"
MASK = {"size": [150, 200], "counts": [30_000]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; download it again"),
        ("{}", "is no list of detections" + SHAPE),
        ("5", "is no list of detections" + SHAPE),
        ("[{]", "is not JSON: "),
        ("[1]", r"\[0\]: expected `object`, got `int`" + SHAPE),
        ('[{"score": NaN}]', "holds NaN, which is no number: .*; leave out these detections"),
        ('[{"score": -Infinity}]', "holds Infinity, which is no number"),
        ("[" + json.dumps(detection()).replace("0.5", "1e999") + "]", "number out of range"),
        ([detection(image_id=None)], "missing required field `image_id`" + SHAPE),
        ([detection(category_id=None)], "missing required field `category_id`" + SHAPE),
        ([detection(), detection(score=None)], r"\[1\]: object missing required field `score`"),
        ([detection(bbox=None)], "missing required field `bbox`" + SHAPE),
        ([detection(bbox=None, segmentation=MASK)], "required field `bbox`; give iou_type='segm'"),
        ([detection(bbox=[1, 2, 3])], "array` of length 4 - at `bbox`" + SHAPE),
        ([detection(bbox=[1, 2, "3", 4])], r"got `str` - at `bbox\[2\]`" + SHAPE),
        ([detection(bbox=[1, 2, -3, 4])], r"\[0\]: width -3 or height 4 of the box is negative"),
        ([detection(bbox=[1e300, 2, 3, 4])], r"at `bbox\[0\]`" + SHAPE),
        ([detection(image_id="7")], "expected `int`, got `str` - at `image_id`" + SHAPE),
        ([detection(image_id=-7)], "at `image_id`" + SHAPE),
        ([detection(image_id=10**30)], "at `image_id`" + SHAPE),
        ([detection(score="0.5")], "expected `float`, got `str` - at `score`" + SHAPE),
        ([detection(image_id=1)], "1 detection is on 1 image that lvis_v1_val does not have: 1;"),
        (
            [detection(image_id=MADE.images[place]["id"] + 50_000) for place in (0, 1, 1)],
            "3 detections are on 2 images that .* does not have: .*; give split='train'$",
        ),
        ([detection(category_id=7)], "1 category that lvis_v1_val does not have: 7; give the ids"),
        ([detection(category_id=0)], "not have: 0; .* from 0: give the ids"),
    ],
)
def test_wrong_results_are_told_in_a_line(
    root: Path, tmp_path: Path, content: Any, message: str
) -> None:
    file = tmp_path / "results.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    with Index.open(root) as index, pytest.raises(OvmrIndexError, match=message) as raised:
        index.evaluate(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert "\n" not in str(raised.value)
    assert not isinstance(raised.value, UsageError)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (None, "missing required field `segmentation`; give iou_type='bbox'"),
        ("mask", "has no mask of polygons or run lengths; fix or remove it"),
        ({"size": [150, 200]}, "has no mask of polygons or run lengths"),
        (MASK | {"size": [200, 150]}, r"the mask's size is \[200, 150\], the image's \[150, 200\]"),
        (MASK | {"counts": [29_999]}, "the runs of the mask do not cover 150 x 200 pixels"),
        (MASK | {"counts": [-1, 30_001]}, "do not cover"),
        (MASK | {"counts": [True]}, "no run lengths"),
        (MASK | {"counts": "`"}, "cut off"),
        (MASK | {"counts": "0" * 5}, "do not cover"),
        (MASK | {"counts": "~"}, "no packed run lengths"),
        (MASK | {"counts": "o" * 40 + "0"}, "too large"),
        ([[1, 2, 3]], "a polygon is no list of x, y in pixels"),
        ([["a", 2]], "a polygon is no list of numbers"),
        ([[1e9, 1, 1, 1, 1, 2]], "a polygon is no list of x, y in pixels"),
    ],
)
def test_wrong_masks_are_told_in_a_line(index: Index, mask: Any, message: str) -> None:
    with pytest.raises(OvmrIndexError, match=rf"^results: \[0\]: .*{message}"):
        index.evaluate([detection(segmentation=mask)], iou_type="segm")


def test_a_list_that_json_cannot_say(index: Index) -> None:
    with pytest.raises(UsageError, match="results: object is no JSON; give a list of"):
        index.evaluate([{"image_id": object()}])


def test_unknown_names(index: Index) -> None:
    with pytest.raises(UsageError, match="there is no source 'mine'"):
        index.evaluate([], source="mine")
    with pytest.raises(UsageError, match="visual_genome has no categories that are evaluated"):
        index.evaluate([], source="visual_genome")
    with pytest.raises(UsageError, match="there is no partition 'sen' in lvis_v1_val; give 'rare'"):
        index.evaluate([], partition=["sen"])
    with pytest.raises(UsageError, match="there is no such file"):
        index.evaluate([], images="some.txt")


def test_a_split_that_is_not_there(builder: TreeBuilder) -> None:
    builder.lvis("train")
    with builder.index() as index:
        index.ingest()
        with pytest.raises(MissingSourceError, match="no LVIS val annotations"):
            index.evaluate([])
        assert index.evaluate([], "train").metrics["AP"] == 0


def test_boxes_without_masks_are_told(builder: TreeBuilder) -> None:
    found = detection(image_id=1, category_id=4, segmentation=[[1, 1, 9, 1, 9, 9]])
    with ingest_coco(builder, [{"id": 4, "name": "cup"}]) as index:
        assert index.evaluate([found], source="mine").metrics["AP"] == 0
        with pytest.raises(
            OvmrIndexError, match=r"^mine: annotation 1: has no mask of .*; give iou"
        ):
            index.evaluate([found], source="mine", iou_type="segm")


def test_a_list_of_no_image_is_refused(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "none.txt"
    file.touch()
    with pytest.raises(UsageError, match=r"none\.txt: names no image; give ids"):
        index.evaluate(BOXES, images=file)


def test_no_image_gives_no_number(builder: TreeBuilder) -> None:
    builder.lvis("val", categories=[category(1, APPLE)], images=[], annotations=[])
    with builder.index() as index:
        index.ingest()
        report = index.evaluate([])
    assert {*report.metrics.values()} == {-1}
    assert report.notes[0] == "no image of lvis_v1_val is selected"


def printed(root: Path, tmp_path: Path, *options: object) -> Run:
    """Return what `evaluate` prints of the made results."""
    file = tmp_path / "results.json"
    file.write_text(json.dumps(BOXES))
    return call("evaluate", file, *options, root=root)


def test_json_has_all_numbers(root: Path, index: Index, tmp_path: Path) -> None:
    options = ("--split", "val", "--partition", "seen", "--json")
    done = printed(root, tmp_path, *options)
    report = index.evaluate(BOXES, partition="seen")
    assert done.code == 0
    assert done.data == report.as_json()
    assert {"metrics", "partitions", "categories"} <= done.data.keys()
    assert done.data["metrics"] == report.metrics
    assert done.data["partitions"]["rare"]["novel"] == report.metrics["APr"]
    first, kept = done.data["categories"][0], report.categories[0]
    assert first["AP"] == kept.ap
    assert (first["id"], first["name"], first["synset"]) == (100, "apple", "apple.n.01")
    assert done.err.splitlines() == [*report.notes]


def test_tables_are_for_people(root: Path, index: Index, tmp_path: Path) -> None:
    done = printed(root, tmp_path, "--images", "minival", "--partition", "seen", "--by-category")
    report = index.evaluate(BOXES, images="minival", partition=["seen"])
    metrics, partitions, categories = done.out.split("\n\n")
    assert metrics.splitlines()[0].split() == ["metric", "value"]
    values = dict(line.split() for line in metrics.splitlines()[2:])
    assert {name: float(value) for name, value in values.items()} == pytest.approx(
        report.metrics, abs=1e-4
    )
    assert [line.split()[0] for line in partitions.splitlines()[2:]] == ["rare", "seen"]
    assert len(categories.splitlines()) == 2 + len(SYNSETS)
    assert "apple" in categories


def test_without_by_category_there_is_no_table_of_them(root: Path, tmp_path: Path) -> None:
    done = printed(root, tmp_path)
    assert (done.code, "apple" in done.out) == (0, False)
    assert printed(root, tmp_path, "--quiet").code == 2  # it stands before the command
