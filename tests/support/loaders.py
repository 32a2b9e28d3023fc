"""What the data loaders of the code bases do, by their rules, where they cannot be installed.

Each function takes the folder that the code base calls `datasets`, or its root of datasets, opens
what the loader opens, and fails where the loader would.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]

# The images of each dataset in the folders that the scripts take by default.
MM_OVOD_FOLDERS = {"lvis": "coco", "imagenet21k": "imagenet", "visual_genome": "VisualGenome"}
OVMR_FOLDERS = MM_OVOD_FOLDERS | {"imagenet21k": "imagenet/imagenet21k_P"}


def load_lvis_json(datasets: Path, json_file: str, image_root: str) -> list[Json]:
    """Return the records of Detic's and MM-OVOD's `custom_load_lvis_json`, categories from 0."""
    content = json.loads((datasets / json_file).read_text())
    places = {key: i for i, key in enumerate(sorted(one["id"] for one in content["categories"]))}
    by_image: dict[int, list[Json]] = {one["id"]: [] for one in content["images"]}
    for one in content["annotations"]:
        by_image[one["image_id"]].append(one)
    ids = [one["id"] for one in content["annotations"]]
    assert len(set(ids)) == len(ids)
    images = {one["id"]: one for one in content["images"]}
    assert len(images) == len(content["images"])
    return [
        _record(images[key], by_image[key], places, datasets / image_root) for key in sorted(images)
    ]


def _record(image: Json, annotations: list[Json], places: dict[int, int], root: Path) -> Json:
    name = image.get("file_name") or image["coco_url"][len("http://images.cocodataset.org/") :]
    found = {
        "file_name": str(root / name),
        "height": image["height"],
        "width": image["width"],
        "image_id": image["id"],
        "neg_category_ids": [places[key] for key in image.get("neg_category_ids", ())],
        "annotations": [_box(one, places) for one in annotations if not one.get("iscrowd", 0)],
    }
    if "pos_category_ids" in image:
        found["pos_category_ids"] = [places[key] for key in image["pos_category_ids"]]
    return found


def _box(annotation: Json, places: dict[int, int]) -> Json:
    assert len(annotation["bbox"]) == 4
    if "segmentation" in annotation:
        assert len(annotation["segmentation"]) > 0
    return {"bbox": annotation["bbox"], "category_id": places[annotation["category_id"]]}


def load_coco_json(datasets: Path, json_file: str, image_root: str) -> list[Json]:
    """Return the records of detectron2's `load_coco_json`, categories from 0 by id."""
    content = json.loads((datasets / json_file).read_text())
    places = {key: i for i, key in enumerate(sorted(one["id"] for one in content["categories"]))}
    boxes: dict[int, list[Json]] = {one["id"]: [] for one in content["images"]}
    for one in content["annotations"]:
        assert one.get("ignore", 0) == 0
        boxes[one["image_id"]].append({"category_id": places[one["category_id"]], **one})
    return [
        {
            "file_name": str(datasets / image_root / one["file_name"]),
            "height": one["height"],
            "width": one["width"],
            "annotations": boxes[one["id"]],
        }
        for one in sorted(content["images"], key=lambda one: one["id"])
    ]


def load_class_freq(datasets: Path, path: str) -> list[int]:
    """Return the images of each category, in order of id, as the federated loss weighs them."""
    content = json.loads((datasets / path).read_text())
    return [one["image_count"] for one in sorted(content, key=lambda one: one["id"])]


def exemplar_files(datasets: Path, path: str, folders: dict[str, str]) -> list[list[Path]]:
    """Return the files that `run_crop` opens for each category, in order of id."""
    content = json.loads((datasets / path).read_text())
    for one in (one for exemplars in content for one in exemplars):
        box = {"lvis": ("bbox",), "visual_genome": ("x", "y", "w", "h"), "imagenet21k": ()}
        assert all(name in one for name in box[one["dataset"]])
    return [
        [datasets / folders[one["dataset"]] / one["file_name"] for one in exemplars]
        for exemplars in content
    ]


class Datum(NamedTuple):
    """An image of Dassl, with the label and name of its class."""

    impath: Path
    label: int
    classname: str


def read_crops(root: Path, dataset_dir: str, part: str, class_names: list[str]) -> Iterator[Datum]:
    """Yield what `read_data` of OVMR's `datasets/lvis.py` lists, in its order."""
    names = {str(i): name for i, name in enumerate(class_names)}
    folder = root / dataset_dir / part
    for name in sorted(one.name for one in os.scandir(folder) if one.is_dir()):
        label = int(name)
        for image in sorted(one for one in os.listdir(folder / name) if one[0] != "."):
            path = folder / name / image
            assert path.is_file()
            yield Datum(path, label, names[name])
