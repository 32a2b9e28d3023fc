"""Boxes as ODVG: a line an image, and a map of labels."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index, PartitionFilter
from ovmr_index.errors import EmptyOutputError, OvmrIndexError, UsageError
from ovmr_index.export.forms.box_options import BoxOptions
from tests.support.trees import APPLE, TENCH, TreeBuilder, annotation, category, image

CATEGORIES = [category(7, TENCH), category(3, APPLE, frequency="r")]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index of LVIS's train split."""
    builder = TreeBuilder(tmp_path_factory.mktemp("odvg") / "datasets", empty_index)
    builder.lvis(
        categories=CATEGORIES,
        images=[image(9), image(2), image(4)],
        annotations=[
            annotation(11, 2, 3, bbox=[10.1, 1, 20.2, 3]),
            annotation(12, 9, 7, bbox=[40, 30, 40, 40]),
            annotation(13, 2, 7, iscrowd=1),
            annotation(14, 2, 7, bbox=[63.5, 3, 9, 9]),
            annotation(15, 2, 7, bbox=[5, 5, 1, 1]),
        ],
    )
    opened = builder.index()
    opened.ingest()
    return opened


def read(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_an_image(index: Index) -> None:
    report = index.exports.odvg()
    assert report.path == index.root / "exports/odvg/lvis_v1_train.jsonl"
    assert report.label_map == index.root / "exports/odvg/lvis_v1_train_label_map.json"
    assert report.image_root == index.root / "coco"
    assert (report.images, report.boxes, report.problems) == (3, 3, [])
    assert report.notes == ["1 crowd left out", "1 box left out, less than a pixel wide or high"]
    assert json.loads(report.label_map.read_bytes()) == {"0": "tench", "1": "apple"}
    size = {"height": 48, "width": 64}
    tench, apple = ({"label": i, "category": one} for i, one in enumerate(("tench", "apple")))
    of_two = [{"bbox": [10.1, 1, 30.3, 4], **apple}, {"bbox": [5, 5, 6, 6], **tench}]
    assert read(report.path) == [
        {"filename": f"train2017/{key:012}.jpg", **size, "detection": {"instances": instances}}
        for key, instances in ((9, [{"bbox": [40, 30, 64, 48], **tench}]), (2, of_two), (4, []))
    ]


def test_labels_count_the_categories_that_are_written(index: Index, tmp_path: Path) -> None:
    novel = BoxOptions(partition_filter=PartitionFilter("rare", "novel", only=True))
    report = index.exports.odvg(novel, tmp_path / "novel.jsonl")
    assert json.loads((tmp_path / "novel_label_map.json").read_bytes()) == {"0": "apple"}
    assert [
        one["label"] for line in read(report.path) for one in line["detection"]["instances"]
    ] == [0]


def test_boxes_are_not_replaced_by_none(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "boxes.jsonl"
    index.exports.odvg(None, path)
    before = path.read_bytes()
    with pytest.raises(EmptyOutputError, match="give allow_empty=True"):
        index.exports.odvg(BoxOptions(images=[4]), path)
    assert path.read_bytes() == before
    assert index.exports.odvg(BoxOptions(images=[4]), path, allow_empty=True).images == 1


def test_both_files_are_written_or_none(index: Index, tmp_path: Path) -> None:
    (tmp_path / "boxes_label_map.json").mkdir()
    with pytest.raises(OvmrIndexError, match=r"boxes_label_map.json: Is a directory"):
        index.exports.odvg(None, tmp_path / "boxes.jsonl")
    assert [one.name for one in tmp_path.iterdir()] == ["boxes_label_map.json"]


def test_no_input_is_replaced(index: Index, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("9\n")
    beside = tmp_path / "x.jsonl"
    (tmp_path / "x_label_map.json").symlink_to(index.root / "lvis/lvis_v1_train.json")
    for path, message in (
        (index.root / "lvis/lvis_v1_train.json", "is what lvis_v1_train was read from"),
        (ids, "is the file of the images"),
        (beside, "x_label_map.json: is what lvis_v1_train was read from"),
        (Path("/dev/stdout"), "two files are written; give the path of the first"),
    ):
        with pytest.raises(UsageError, match=message):
            index.exports.odvg(BoxOptions(images=ids), path)
    assert not beside.exists()
