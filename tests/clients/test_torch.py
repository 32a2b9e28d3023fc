"""Datasets for PyTorch: their items, transforms, workers that are forked and spawned."""

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import ConcatDataset, DataLoader
from torchvision import tv_tensors
from torchvision.transforms import v2

from ovmr_index import (
    BoxOptions,
    DrawOptions,
    Index,
    OvmrIndexError,
    PartitionFilter,
    ShortageError,
    UsageError,
)
from ovmr_index.images.header import ImageError
from ovmr_index.integrations.torch import NO_ID, DetectionDataset, ExemplarDataset, collate
from tests.support.boxed_trees import ALL, BOX, CATEGORIES, EMPTY, LARGER, PLAIN, TURNED, TWO_BOXES
from tests.support.boxed_trees import boxed_index as make_boxed_index
from tests.support.client_runs import worker_environment


@pytest.fixture(scope="module")
def targets(boxed: Index) -> dict[int, Any]:
    """Return the items of all images with their masks by their ids."""
    dataset = DetectionDataset(boxed, masks=True)
    items = [dataset[place] for place in range(len(dataset))]
    return dict(zip(dataset.image_ids, items, strict=True))


def same(left: Any, right: Any) -> bool:
    """Return whether two items are the same, tensors of the same type and numbers."""
    if isinstance(left, torch.Tensor):
        return type(left) is type(right) and torch.equal(left, right)
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, tuple | list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def test_exemplars_of_a_sample_however_it_is_given(boxed: Index) -> None:
    found = [ExemplarDataset(boxed, one) for one in (ALL, "all", boxed.sample(ALL))]
    assert {one.label_names for one in found} == {("apple", "basket", "tench")}
    first, *others = [[one[i] for i in range(len(one))] for one in found]
    assert len(first) == 13
    assert all(same(first, one) for one in others)
    assert [label for _, label, _ in first] == [0] * 6 + [1] * 2 + [2] * 5


def test_metadata_say_where_a_crop_comes_from(boxed: Index) -> None:
    dataset = ExemplarDataset(boxed, ALL)
    metadata = [dataset[i][2] for i in range(len(dataset))]
    by_dataset = {one["dataset"]: one for one in metadata if one["category"] == "apple"}
    assert by_dataset["lvis"] | {"box": None} == {
        "category_id": 3,
        "category": "apple",
        "synset": "apple.n.01",
        "dataset": "lvis",
        "split": "train",
        "file_name": f"train2017/{TWO_BOXES:012}.jpg",
        "image_id": TWO_BOXES,
        "region_id": 11,
        "box": None,
        "weight": 1458.0,
    }
    assert by_dataset["lvis"]["box"].tolist() == [4, 4, 40.5, 36]
    whole = by_dataset["imagenet21k"]
    assert (whole["image_id"], whole["region_id"]) == (NO_ID, NO_ID)
    assert whole["box"].tolist()[:2] == [0, 0]
    assert by_dataset["visual_genome"]["split"] == ""


def test_pytorch_collates_exemplars_of_one_size(boxed: Index) -> None:
    dataset = ExemplarDataset(boxed, "all", v2.Compose([v2.ToImage(), v2.Resize((8, 8))]))
    images, labels, metadata = next(iter(DataLoader(dataset, batch_size=4)))
    assert images.shape == (4, 3, 8, 8)
    assert labels.tolist() == [0, 0, 0, 0]
    assert metadata["box"].shape == (4, 4)
    assert len(metadata["file_name"]) == 4


def test_a_target_has_what_the_file_says(targets: dict[int, Any]) -> None:
    image, target = targets[TWO_BOXES]
    assert type(image) is tv_tensors.Image
    assert (image.shape, image.dtype) == ((3, 48, 64), torch.uint8)
    assert type(target["boxes"]) is tv_tensors.BoundingBoxes
    assert target["boxes"].canvas_size == (48, 64)
    assert target["boxes"].tolist() == [[4, 4, 44.5, 40]] * 2
    assert target["labels"].tolist() == [1, 0]
    assert target["iscrowd"].tolist() == [1, 0]
    assert target["area"].tolist() == [1440.5] * 2
    assert target["image_id"] == TWO_BOXES
    dtypes = [target[name].dtype for name in ("labels", "iscrowd", "area", "masks")]
    assert dtypes == [torch.int64, torch.int64, torch.float32, torch.bool]


def test_an_image_without_boxes_has_tensors_without_rows(targets: dict[int, Any]) -> None:
    _, target = targets[EMPTY]
    shapes = {name: tuple(one.shape) for name, one in target.items() if name != "image_id"}
    assert shapes == {
        "boxes": (0, 4),
        "labels": (0,),
        "area": (0,),
        "iscrowd": (0,),
        "masks": (0, 48, 64),
    }


def test_masks_of_polygons_of_runs_and_of_boxes_without_any(targets: dict[int, Any]) -> None:
    masks = targets[TWO_BOXES][1]["masks"]
    assert type(masks) is tv_tensors.Mask
    assert [masks.shape, masks[1, 20, 40].item(), masks[1, 38, 6].item()] == [(2, 48, 64), 1, 0]
    rectangle = torch.zeros(48, 64, dtype=torch.bool)
    rectangle[4:40, 4:44] = True
    assert torch.equal(masks[0], rectangle)
    runs = torch.zeros(48, 64, dtype=torch.bool)
    runs[10:30, 5:7] = True
    assert torch.equal(targets[PLAIN][1]["masks"][0], runs)


def test_an_image_is_turned_as_its_boxes_are_meant(targets: dict[int, Any]) -> None:
    image, target = targets[TURNED]
    x, y, w, h = BOX
    assert image.shape == (3, 64, 48)
    assert target["boxes"].tolist() == [[x, y, x + w, y + h]]
    assert target["masks"].shape == (1, 64, 48)


def test_boxes_of_an_image_that_was_made_larger_are_too(targets: dict[int, Any]) -> None:
    image, target = targets[LARGER]
    assert image.shape == (3, 48, 64)
    assert target["boxes"].tolist() == [[2, 6, 42, 26]]
    assert target["area"].tolist() == [800]
    assert target["masks"].sum() == 40 * 20


def test_names_ids_and_numbers(boxed: Index) -> None:
    dataset = DetectionDataset(boxed, BoxOptions(renumber=True, images=[EMPTY, TWO_BOXES]))
    assert dataset.label_names == tuple(one["name"] for one in CATEGORIES)
    assert dataset.category_ids == (1, 2, 3)
    assert dataset.image_ids == (1, 2)
    assert [dataset[i][1]["image_id"] for i in range(2)] == [1, 2]
    with pytest.raises(IndexError):
        dataset[2]


def test_transforms_change_images_boxes_and_masks_together(boxed: Index) -> None:
    transforms = v2.Compose([v2.Resize((24, 32)), v2.RandomHorizontalFlip(1)])
    image, target = DetectionDataset(boxed, transforms=transforms, masks=True)[0]
    assert image.shape == (3, 24, 32)
    assert target["boxes"].tolist() == [[28.5, 5, 29.5, 15]]
    assert target["masks"].shape == (1, 24, 32)


def test_boxes_of_a_dataset_without_categories(boxed: Index) -> None:
    options = BoxOptions(
        source="visual_genome",
        vocabulary="lvis_v1_train",
        partition_filter=PartitionFilter("rare", "novel", only=True),
    )
    dataset = DetectionDataset(boxed, options)
    assert dataset.label_names == ("apple",)
    (item,) = [dataset[i] for i in range(len(dataset))]
    assert item[1]["boxes"].tolist() == [[2, 3, 42, 39]]


@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.exhaustive)])
def test_two_workers_give_what_one_process_gives(
    boxed: Index, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in worker_environment().items():
        monkeypatch.setenv(name, value)
    both = ConcatDataset[Any]([ExemplarDataset(boxed, "all"), DetectionDataset(boxed, masks=True)])
    ours = [both[i] for i in range(len(both))]  # which leaves a packed tar open in this process
    loader = DataLoader(both, batch_size=None, num_workers=2, multiprocessing_context=method)
    theirs = list(loader)
    assert len(ours) == 18
    assert same(ours, theirs)
    assert same(ours, [both[i] for i in range(len(both))])


def test_little_goes_to_a_worker(boxed: Index) -> None:
    dataset = DetectionDataset(boxed)
    dataset[0]
    assert len(pickle.dumps(dataset)) < 4_000
    assert same(pickle.loads(pickle.dumps(dataset))[0], dataset[0])


def test_no_file_stays_open_after_an_item(boxed: Index) -> None:
    dataset = DetectionDataset(boxed)
    dataset[0]
    before = os.listdir("/proc/self/fd")
    for place in range(len(dataset)):
        dataset[place]
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_a_batch_of_images_of_several_sizes(boxed: Index) -> None:
    dataset = DetectionDataset(boxed)
    images, found = next(iter(DataLoader(dataset, batch_size=5, collate_fn=collate)))
    assert same(list(zip(images, found, strict=True)), [dataset[i] for i in range(5)])


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    index = make_boxed_index(tmp_path / "datasets")
    with pytest.raises(UsageError, match="there is no sample 'absent'"):
        ExemplarDataset(index, "absent")
    with pytest.raises(ShortageError, match="basket"):
        ExemplarDataset(index, DrawOptions(k=3))
    with pytest.raises(UsageError, match="there is no source 'lvis_v1_tain'; did you mean"):
        DetectionDataset(index, BoxOptions(source="lvis_v1_tain"))
    crops, dataset = ExemplarDataset(index, ALL), DetectionDataset(index)
    for path in (tmp_path / "datasets/coco/train2017").iterdir():
        path.unlink()
    with pytest.raises(ImageError, match=r"000000000009.jpg: No such file or directory"):
        dataset[0]
    with pytest.raises(ImageError, match=r"000000000002.jpg: No such file or directory"):
        crops[0]
    (tmp_path / "datasets/coco/train2017/000000000009.jpg").write_bytes(b"GIF")
    with pytest.raises(ImageError, match=r"000000000009.jpg: not an image"):
        dataset[0]
    index.sources.rm("lvis_v1_train")
    with pytest.raises(
        OvmrIndexError, match=r"has changed, and image 9 or its categories are gone; make"
    ):
        dataset[0]
