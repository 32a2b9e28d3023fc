"""What the loaders of the code bases make of the prepared demo, by their own rules."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import loaders

pytestmark = pytest.mark.slow  # the demo is prepared for all code bases first

LISTS = {
    "lvis/lvis_v1_train.json": 249,
    "lvis/lvis_v1_val.json": 60,
    "lvis/lvis_v1_train_norare.json": 218,
    "lvis/lvis_v1_train_rare_only.json": 31,
    "lvis/lvis_v1_val_norare.json": 52,
    "lvis/lvis_v1_val_rare_only.json": 8,
}
IMAGENET = "imagenet/annotations/imagenet_lvis_image_info.json"


@pytest.fixture(scope="module")
def categories(prepared: Path) -> list[dict[str, Any]]:
    """Return LVIS's categories by id."""
    content = json.loads((prepared / "lvis/lvis_v1_train.json").read_text())
    return sorted(content["categories"], key=lambda one: one["id"])


def _are_there(records: list[dict[str, Any]]) -> bool:
    return all(Path(one["file_name"]).is_file() for one in records)


@pytest.mark.parametrize("json_file", LISTS)
def test_the_registered_annotation_files(prepared: Path, json_file: str) -> None:
    records = loaders.load_lvis_json(prepared, json_file, "coco/")
    assert _are_there(records)
    found = [one["category_id"] for record in records for one in record["annotations"]]
    assert len(found) == LISTS[json_file]
    assert max(found) < 12


@pytest.mark.parametrize(
    "image_root", ["imagenet/imagenet21k_P/", "imagenet/imagenet_l/", "imagenet/ImageNet-LVIS/"]
)
def test_the_images_of_imagenet_under_each_name(prepared: Path, image_root: str) -> None:
    records = loaders.load_lvis_json(prepared, IMAGENET, image_root)
    assert len(records) == 90
    assert _are_there(records)
    assert [one["image_id"] for one in records] == list(range(1, 91))
    places = [one["pos_category_ids"] for one in records]
    assert all(len(one) == 1 for one in places)
    assert {one for (one,) in places} <= set(range(12))


def test_the_federated_loss_has_a_weight_for_each_category(
    prepared: Path, categories: list[dict[str, Any]]
) -> None:
    counts = loaders.load_class_freq(prepared, "metadata/lvis_v1_train_cat_info.json")
    assert len(counts) == len(categories)
    assert min(counts) > 0


def test_categories_without_boxes_weigh_nothing(
    prepared: Path, categories: list[dict[str, Any]]
) -> None:
    counts = loaders.load_class_freq(prepared, "lvis/lvis_v1_train_norare_cat_info.json")
    rare = [one["frequency"] == "r" for one in categories]
    assert [count == 0 for count in counts] == rare


@pytest.mark.parametrize(
    ("k", "folders"),
    [(5, loaders.MM_OVOD_FOLDERS), (5, loaders.OVMR_FOLDERS), (30, loaders.OVMR_FOLDERS)],
)
def test_the_exemplars_of_each_category(prepared: Path, k: int, folders: dict[str, str]) -> None:
    sample = f"metadata/lvis_image_exemplar_dict_K-{k:03d}_own.json"
    found = loaders.exemplar_files(prepared, sample, folders)
    assert [len(one) for one in found] == [k] * 12
    assert all(file.is_file() for files in found for file in files)


def test_the_crops_of_each_class(prepared: Path, categories: list[dict[str, Any]]) -> None:
    names = [f"class {i}" for i in range(1203)]
    for one in categories:
        names[one["id"] - 1] = one["name"]
    for part, k in (("train", 30), ("val", 5)):
        found = list(loaders.read_crops(prepared, "lvis_exemplars_mmovod_K30", part, names))
        by_name = {one.classname: one.label for one in found}
        assert by_name == {one["name"]: one["id"] - 1 for one in categories}
        assert len(found) == k * 12
