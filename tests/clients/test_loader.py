"""The exported loader where PyTorch is installed: the same items as from the index, workers."""

import sys
from types import ModuleType

import pytest
import torch
from torch.utils.data import DataLoader
from torchvision.transforms import v2

from ovmr_index import Index
from ovmr_index.integrations.torch import DetectionDataset
from tests.support.exported_loader import loaded


@pytest.fixture(scope="module")
def loader(boxed: Index) -> ModuleType:
    """Return the exported loader as a module, where another process finds it, too."""
    path = boxed.exports.loader()
    module = loaded(path)
    sys.modules[module.__name__] = module
    return module


def test_boxes_are_those_of_the_index(boxed: Index, loader: ModuleType) -> None:
    file = boxed.root / "lvis/lvis_v1_train.json"
    theirs = loader.DetectionDataset(str(file), str(boxed.root / "coco"))
    ours = DetectionDataset(boxed)
    assert (theirs.label_names, theirs.category_ids) == (ours.label_names, ours.category_ids)
    assert len(theirs) == len(ours) == 5
    for place in range(len(ours)):
        (image, target), (other, found) = ours[place], theirs[place]
        assert torch.equal(image, v2.functional.pil_to_tensor(other))
        assert target["image_id"] == found["image_id"]
        for name in ("boxes", "labels", "area", "iscrowd"):
            assert torch.equal(target[name].as_subclass(torch.Tensor), found[name])
            assert target[name].dtype == found[name].dtype
        assert len(found["segmentations"]) == len(found["labels"])


def test_two_workers(boxed: Index, loader: ModuleType) -> None:
    file = boxed.root / "lvis/lvis_v1_train.json"
    dataset = loader.DetectionDataset(str(file), str(boxed.root / "coco"))
    batches = DataLoader(dataset, batch_size=2, num_workers=2, collate_fn=loader.collate)
    ids = [one["image_id"] for _, targets in batches for one in targets]
    assert ids == [target["image_id"] for _, target in dataset]
