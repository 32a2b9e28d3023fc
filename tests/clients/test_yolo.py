"""`export yolo`, read by supervision and Datumaro, and by the rules of Ultralytics' loader.

Ultralytics itself does not install here. Its rules are those of `check_det_dataset`,
`img2label_paths` and `verify_image_label` in `ultralytics/data/utils.py`.
"""

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest
import supervision
import yaml
from lvis import LVIS
from PIL import Image

from ovmr_index import Index
from ovmr_index.export.forms.box_options import BoxOptions, lvis_boxes
from tests.support.datumaro_package import AnnotationType, Dataset
from tests.support.once import made_once

PIXEL = np.ones((3, 3), np.uint8)  # one pixel to each side
SHARE = 2e-6  # of the width or height: a corner is made of two numbers with 6 decimals


class Exported(NamedTuple):
    """Folders of labels with boxes and with segments, and the file that they were made from."""

    boxes: Path
    segments: Path
    source: LVIS


@pytest.fixture(scope="module")
def exported(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Export both splits of the demo's LVIS as boxes, and as segments."""

    def make(folder: Path) -> None:
        with Index.open(demo_index, create=False) as index:
            for split in ("train", "val"):
                boxes = lvis_boxes(split)
                assert not index.exports.yolo(boxes, folder / "boxes").problems
                assert not index.exports.yolo(boxes, folder / "segments", segments=True).problems

    folder = made_once(tmp_path_factory, "yolo", make)
    lvis = LVIS(demo_index / "lvis/lvis_v1_train.json")
    return Exported(folder / "boxes", folder / "segments", lvis)


def load(folder: Path, split: str) -> supervision.DetectionDataset:
    """Return a split as supervision reads it."""
    return supervision.DetectionDataset.from_yolo(
        images_directory_path=str(folder / "images" / split),
        annotations_directory_path=str(folder / "labels" / split),
        data_yaml_path=str(folder / "data.yaml"),
    )


def annotations(lvis: LVIS, path: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return an image of LVIS by the path of its copy, and its annotations in their order."""
    image = lvis.imgs[int(Path(path).stem)]
    return image, lvis.load_anns(lvis.get_ann_ids(img_ids=[image["id"]]))


def test_supervision_reads_the_boxes(exported: Exported) -> None:
    lvis, dataset = exported.source, load(exported.boxes, "train")
    names = {one["id"]: one["name"] for one in lvis.dataset["categories"]}
    assert dataset.classes == [*names.values()]
    assert len(dataset) == len(lvis.imgs)
    count = 0
    for path, _, found in dataset:
        image, wanted = annotations(lvis, path)
        size = np.tile((image["width"], image["height"]), 2)
        corners = [(x, y, x + w, y + h) for x, y, w, h in (one["bbox"] for one in wanted)]
        np.testing.assert_allclose(
            found.xyxy / size, np.clip(np.reshape(corners, (-1, 4)) / size, 0, 1), atol=SHARE
        )
        classes = [] if found.class_id is None else found.class_id
        assert [dataset.classes[i] for i in classes] == [
            names[one["category_id"]] for one in wanted
        ]
        count += len(wanted)
    assert count == len(lvis.anns)


def test_supervision_reads_the_masks(exported: Exported) -> None:
    lvis, dataset = exported.source, load(exported.segments, "train")
    joined = 0
    for path, picture, found in dataset:
        _, wanted = annotations(lvis, path)
        assert found.mask is not None
        for mask, one in zip(found.mask, wanted, strict=True):
            parts = one["segmentation"]
            drawn = np.zeros(picture.shape[:2], np.uint8)
            for part in parts:
                cv2.fillPoly(drawn, [np.round(np.reshape(part, (-1, 2))).astype(np.int32)], 1)
            # Corners are rounded to whole pixels, each up or down. OpenCV leaves out what a polygon
            # then covers twice.
            inner, outer = (step(drawn, PIXEL) > 0 for step in (cv2.erode, cv2.dilate))
            lost, beyond = int((~mask[inner]).sum()), int(mask[~outer].sum())
            assert lost <= 0.02 * drawn.sum(), one["id"]
            assert beyond <= (sum(drawn.shape) if len(parts) > 1 else 0), one["id"]
            joined += len(parts) > 1
    assert joined > 0


def test_datumaro_reads_the_boxes(exported: Exported) -> None:
    dataset = Dataset.import_from(str(exported.boxes), "yolo")
    labels = dataset.categories()[AnnotationType.label]
    lvis = exported.source
    assert [one.name for one in labels] == [one["name"] for one in lvis.dataset["categories"]]
    items = [item for item in dataset if item.subset == "train"]
    assert len(items) == len(lvis.imgs)
    for item in items:
        image, wanted = annotations(lvis, f"{item.id}.jpg")
        assert item.media.size == (image["height"], image["width"])
        boxes = np.reshape([one.get_bbox() for one in item.annotations], (-1, 4))
        size = np.tile((image["width"], image["height"]), 2)
        bboxes = np.reshape([one["bbox"] for one in wanted], (-1, 4))
        np.testing.assert_allclose(boxes / size, bboxes / size, atol=SHARE)
    assert {item.subset for item in dataset} == {"train", "val"}


def read_by_ultralytics(folder: Path, split: str) -> dict[str, tuple[np.ndarray, list[Any]]]:
    """Return (labels, segments) of each image of a split, as Ultralytics takes them."""
    data = yaml.safe_load((folder / "data.yaml").read_text(encoding="utf-8"))
    assert {"train", "val"} <= data.keys()
    assert sorted(data["names"]) == [*range(len(data["names"]))]
    root = Path(data.get("path") or folder)
    found = {}
    for path in sorted((root / data[split]).resolve().rglob("*.*")):
        before, _, after = str(path).rpartition("/images/")
        label = f"{before}/labels/{after}".rpartition(".")[0] + ".txt"
        with Image.open(path) as image:
            assert image.format in ("JPEG", "PNG")
            assert min(image.size) > 9
        lines = [line.split() for line in Path(label).read_text().splitlines() if line]
        found[path.stem] = _verified(lines, len(data["names"]))
    return found


def _verified(lines: list[list[str]], classes: int) -> tuple[np.ndarray, list[Any]]:
    """Return the labels (class, centre, width, height) and segments of a file's lines."""
    segments: list[Any] = []
    if any(len(line) > 6 for line in lines):
        segments = [np.array(line[1:], np.float32).reshape(-1, 2) for line in lines]
        corners = [(*one.min(axis=0), *one.max(axis=0)) for one in segments]
        boxes = [((a + c) / 2, (b + d) / 2, c - a, d - b) for a, b, c, d in corners]
        rows = [(float(line[0]), *box) for line, box in zip(lines, boxes, strict=True)]
        labels = np.array(rows, np.float32)
    else:
        labels = np.array(lines, np.float32).reshape(-1, 5)
    if len(labels):
        assert labels.shape[1] == 5
        assert labels.min() >= 0
        assert labels[:, 1:].max() <= 1
        assert labels[:, 0].max() < classes
    return labels, segments


def test_ultralytics_takes_every_image_and_label(exported: Exported, demo_index: Path) -> None:
    train = read_by_ultralytics(exported.boxes, "train")
    val = LVIS(demo_index / "lvis/lvis_v1_val.json")
    assert {int(name) for name in train} == {*exported.source.imgs}
    assert {int(name) for name in read_by_ultralytics(exported.boxes, "val")} == {*val.imgs}
    assert sum(len(labels) for labels, _ in train.values()) == len(exported.source.anns)


def test_segments_have_the_boxes_of_their_lines(exported: Exported) -> None:
    boxes = read_by_ultralytics(exported.boxes, "train")
    for name, (labels, segments) in read_by_ultralytics(exported.segments, "train").items():
        assert len(segments) == len(labels)
        np.testing.assert_allclose(labels, boxes[name][0], atol=0.01)


def test_the_80_classes_of_coco(demo_index: Path, tmp_path: Path) -> None:
    with Index.open(demo_index, create=False) as index:
        index.exports.yolo(BoxOptions(category_map="coco80"), tmp_path)
    dataset = load(tmp_path, "train")
    assert len(dataset.classes) == 80
    assert dataset.classes[0] == "person"
