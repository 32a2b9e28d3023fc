"""A dataset of supervision: paths, boxes and masks, and what supervision makes of them."""

from pathlib import Path

import numpy as np
import supervision as sv

from ovmr_index import BoxOptions, Index
from ovmr_index.integrations.supervision import detection_dataset
from ovmr_index.integrations.torch import DetectionDataset
from tests.support.boxed_trees import EMPTY, PLAIN, TWO_BOXES


def test_images_with_boxes_and_masks(boxed: Index) -> None:
    dataset = detection_dataset(boxed, masks=True)
    assert dataset.classes == ["tench", "apple", "basket"]
    assert len(dataset) == 5
    path, image, found = dataset[1]
    assert path == str(boxed.root.absolute() / f"coco/train2017/{TWO_BOXES:012}.jpg")
    assert image.shape == (48, 64, 3)
    assert found.xyxy.tolist() == [[4, 4, 44.5, 40]] * 2
    assert found.class_id.tolist() == [1, 0]
    assert found.data["id"].tolist() == [11, 10]
    assert found.data["iscrowd"].tolist() == [True, False]
    masks = DetectionDataset(boxed, masks=True)[1][1]["masks"].numpy()
    assert np.array_equal(found.mask, masks)
    assert len(dataset[2][2]) == 0


def test_masks_are_left_out(boxed: Index) -> None:
    dataset = detection_dataset(boxed, BoxOptions(images=[PLAIN, EMPTY]))
    assert [path.rpartition("/")[2] for path in dataset.image_paths] == [
        f"{PLAIN:012}.jpg",
        f"{EMPTY:012}.jpg",
    ]
    assert dataset[0][2].mask is None


def test_supervision_splits_and_writes_it(boxed: Index, tmp_path: Path) -> None:
    dataset = detection_dataset(boxed)
    train, test = dataset.split(split_ratio=0.6, random_state=1)
    assert (len(train), len(test)) == (3, 2)
    dataset.as_yolo(str(tmp_path / "images"), str(tmp_path / "labels"), str(tmp_path / "data.yaml"))
    read = sv.DetectionDataset.from_yolo(
        str(tmp_path / "images"), str(tmp_path / "labels"), str(tmp_path / "data.yaml")
    )
    assert read.classes == dataset.classes
    assert sum(len(found) for *_, found in read) == 5


def test_boxes_are_drawn(boxed: Index) -> None:
    _, image, found = detection_dataset(boxed)[1]
    drawn = sv.BoxAnnotator().annotate(image.copy(), found)
    assert not np.array_equal(drawn, image)
