"""`export prompts`, taken by the rules of YOLOE's predictor and of T-Rex2's API.

Neither runs here: the rules are those of `YOLOEVPPredictorMixin.pre_transform` of Ultralytics
(`models/yolo/yoloe/predict.py`, commit 099a89d), and of the prompts of T-Rex2
(`demo_examples/customize_embedding.py`, commit 98482dc).
"""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from ovmr_index import DrawOptions, Index

SIDE = 640  # of the square that YOLOE puts an image into
STRIDE = 8  # pixels of it that are one of the prompt's


@pytest.fixture(scope="module")
def classes(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return the prompts of a draw of five."""
    path = tmp_path_factory.mktemp("prompts") / "prompts.json"
    with Index.open(demo_index, create=False) as index:
        written = index.exports.prompts(DrawOptions(), path)
        assert (written.records, [*written.problems]) == (5 * 40, [])
    found: list[dict[str, Any]] = json.loads(path.read_bytes())
    return found


def read(image: Path) -> np.ndarray:
    """Return an image as OpenCV reads it, turned as its EXIF says."""
    found = cv2.imread(str(image))
    assert found is not None
    return found


def visuals(image: Path, prompts: dict[str, Any]) -> torch.Tensor:
    """Return a mask for each class of an image's prompts, as YOLOE's predictor makes them."""
    height, width = read(image).shape[:2]
    bboxes = np.array(prompts["bboxes"])
    gain = min(SIDE / height, SIDE / width)
    bboxes *= gain
    bboxes[..., 0::2] += round((SIDE - width * gain) / 2 - 0.1)
    bboxes[..., 1::2] += round((SIDE - height * gain) / 2 - 0.1)
    boxes = torch.from_numpy(bboxes) / STRIDE
    x1, y1, x2, y2 = torch.chunk(boxes[:, :, None], 4, 1)
    place = torch.arange(SIDE // STRIDE)
    masks = (place >= x1) * (place < x2) * (place[:, None] >= y1) * (place[:, None] < y2)
    of_classes = torch.zeros(len(set(prompts["cls"])), *masks.shape[1:])
    for mask, cls in zip(masks, prompts["cls"], strict=True):
        of_classes[cls] = torch.logical_or(of_classes[cls], mask)
    return of_classes


def test_yoloe_takes_each_box(classes: list[dict[str, Any]], demo_index: Path) -> None:
    assert [one["index"] for one in classes] == [*range(40)]
    for one in classes:
        assert len(one["prompts"]) == 5
        for prompt in one["prompts"]:
            image = demo_index / prompt["image"]
            assert read(image).shape[:2] == (prompt["height"], prompt["width"])
            x1, y1, x2, y2 = prompt["bbox"]
            assert 0 <= x1 < x2 <= prompt["width"]
            assert 0 <= y1 < y2 <= prompt["height"]
            taken = {"bboxes": np.array([prompt["bbox"]], float), "cls": np.array([0])}
            (mask,) = visuals(image, taken)
            gain = min(SIDE / prompt["height"], SIDE / prompt["width"]) / STRIDE
            area = (x2 - x1) * (y2 - y1) * gain**2
            assert abs(float(mask.sum()) - area) <= (x2 - x1 + y2 - y1) * gain + 1


def test_t_rex_takes_the_boxes_of_a_class_by_image(
    classes: list[dict[str, Any]], demo_index: Path
) -> None:
    for one in classes:
        by_image: dict[Path, list[dict[str, Any]]] = {}
        for prompt in one["prompts"]:
            rect = {"type": "rect", "category_id": one["id"], "rect": prompt["bbox"]}
            assert all(isinstance(side, int | float) for side in prompt["bbox"])
            by_image.setdefault(demo_index / prompt["image"], []).append(rect)
        assert sum(map(len, by_image.values())) == 5
        assert all(path.is_file() for path in by_image)
