"""Exemplars and boxes that ovmr-index exported, as sequences for PyTorch's DataLoader.

Copy this one file to where you train: it needs Python 3.8 or newer and Pillow, and gives tensors
where PyTorch is installed.

    crops = ExemplarDataset("metadata/lvis_image_exemplar_dict_K-005_own.json", "datasets")
    image, label, metadata = crops[0]

    images = DetectionDataset("datasets/lvis/lvis_v1_train_norare.json", "datasets/coco")
    image, target = images[0]

An item is read when it is asked for; nothing stays open, so that workers may be forked or spawned.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageOps

try:
    import torch
except ImportError:
    torch = None

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# The folder of the images of each dataset, below the root.
FOLDERS = {
    "lvis": "coco",
    "imagenet21k": "imagenet/imagenet21k_P",
    "visual_genome": "VisualGenome",
}
NO_ID = -1
SCALE = 1.4  # how much larger than its box a crop is
_EXCHANGING = (5, 6, 7, 8)  # orientations of EXIF that exchange width and height
_ORIENTATION = 0x0112


def unchanged(*values: Any) -> Any:
    """Return what is given: the transform that does nothing."""
    return values[0] if len(values) == 1 else values


def collate(batch: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Return a batch of items as tuples, one of their images, and so on; for `collate_fn`."""
    return [tuple(item[i] for item in batch) for i in range(len(batch[0]))]


class ExemplarDataset:
    """The crops of a sample, as `ovmr-index export crops` makes them but without losses of JPEG.

    An item is (image, label, metadata): Pillow's image in RGB, or what `transform` makes of it;
    the place of its category in the sample, from 0; and a dict of `category_id`, `category`,
    `synset`, `dataset`, `file_name`, `image_id` and `region_id` (-1 where there is none), `box`
    (x, y, w, h in pixels; the whole image where that is the exemplar) and `weight`.
    """

    def __init__(
        self,
        sample: str,
        root: str,
        transform: Callable[[Any], Any] = unchanged,
        folders: Mapping[str, str] = FOLDERS,
        categories: str = "",
    ) -> None:
        """Read a sample.

        Args:
            sample: A file that `ovmr-index export sample` writes.
            root: The folder of the datasets.
            transform: What to do with an image, as the transforms of torchvision.
            folders: The folder of the images of each dataset, below `root`.
            categories: A file with the names of categories, as an annotation file of LVIS or the
                one of `ovmr-index export cat-info`; without one the names are ids.
        """
        content = _read(sample)
        if not _is_sample(content):
            raise ValueError(
                f"{sample}: is no list of categories with a list of exemplars each; write one by"
                " `ovmr-index export sample`"
            )
        self._root, self._transform, self._folders = root, transform, dict(folders)
        self._items = [(label, one) for label, found in enumerate(content) for one in found]
        names = _names(categories) if categories else {}
        ids = [found[0]["category_id"] if found else NO_ID for found in content]
        self.label_names = tuple(names.get(one, str(one)) for one in ids)

    def __len__(self) -> int:
        """Return the number of exemplars."""
        return len(self._items)

    def __getitem__(self, place: int) -> tuple[Any, int, dict[str, Any]]:
        """Return the crop at a place, its label and its metadata."""
        label, entry = self._items[place]
        path = self._path(entry)
        image, box = _crop(path, entry)
        metadata = {
            "category_id": entry["category_id"],
            "category": self.label_names[label],
            "synset": entry["synset"],
            "dataset": entry["dataset"],
            "file_name": entry["file_name"],
            "image_id": entry.get("image_id", NO_ID),
            "region_id": entry.get("id", entry.get("object_id", NO_ID)),
            "box": _tensor(box, "float64"),
            "weight": entry["area"],
        }
        return self._transform(image), label, metadata

    def _path(self, entry: Mapping[str, Any]) -> Path:
        dataset = entry["dataset"]
        if dataset not in self._folders:
            raise ValueError(
                f"there is no folder for the images of {dataset}; give"
                f" folders={{**FOLDERS, {dataset!r}: ...}}"
            )
        return Path(self._root, self._folders[dataset], entry["file_name"])


class DetectionDataset:
    """The images of an annotation file of LVIS or COCO, with their boxes.

    An item is (image, target): Pillow's image in RGB, and a dict of `boxes` (N x 4, x and y of two
    corners, in pixels), `labels` (N, the places of their categories in the file, from 0),
    `image_id`, `area` (N), `iscrowd` (N) and `segmentations` (a list, as the file has them, or
    None). The numbers are tensors where PyTorch is installed, and lists elsewhere.
    """

    def __init__(
        self,
        annotations: str,
        images: str,
        transforms: Callable[[Any, dict[str, Any]], Any] = unchanged,
    ) -> None:
        """Read an annotation file.

        Args:
            annotations: The file, as `ovmr-index export norare` or `export coco` writes it.
            images: The folder of its images, as `datasets/coco`.
            transforms: What to do with an image and its target.
        """
        content = _read(annotations)
        if not _is_annotation_file(content):
            raise ValueError(f"{annotations}: is no annotation file of LVIS or COCO; give one")
        self._folder, self._transforms, self._images = images, transforms, content["images"]
        self.label_names = tuple(one["name"] for one in content["categories"])
        self.category_ids = tuple(one["id"] for one in content["categories"])
        self._labels = {key: label for label, key in enumerate(self.category_ids)}
        self._boxes: dict[int, list[Any]] = {one["id"]: [] for one in self._images}
        for one in content["annotations"]:
            if one["image_id"] not in self._boxes or one["category_id"] not in self._labels:
                raise ValueError(
                    f"{annotations}: annotation {one.get('id')} is of an image or a category that"
                    " the file does not have; export it again"
                )
            if not one.get("bbox"):
                raise ValueError(f"{annotations}: annotation {one.get('id')} has no bbox; add it")
            self._boxes[one["image_id"]].append(one)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._images)

    def __getitem__(self, place: int) -> Any:
        """Return the image at a place and its target."""
        record = self._images[place]
        path = Path(self._folder, _file_name(record))
        image, (by_x, by_y) = _fitted(path, (record.get("width"), record.get("height")))
        found = self._boxes[record["id"]]
        boxes = [one["bbox"] for one in found]
        areas = [one.get("area", one["bbox"][2] * one["bbox"][3]) * by_x * by_y for one in found]
        target = {
            "boxes": _tensor(
                [
                    [x * by_x, y * by_y, x * by_x + w * by_x, y * by_y + h * by_y]
                    for x, y, w, h in boxes
                ],
                "float32",
                4,
            ),
            "labels": _tensor([self._labels[one["category_id"]] for one in found], "int64"),
            "image_id": record["id"],
            "area": _tensor(areas, "float32"),
            "iscrowd": _tensor([int(one.get("iscrowd") or 0) for one in found], "int64"),
            "segmentations": [one.get("segmentation") for one in found],
        }
        return self._transforms(image, target)


def _read(path: str) -> Any:
    try:
        return json.loads(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: is no JSON: {error}") from None


def _is_sample(content: Any) -> bool:
    return isinstance(content, list) and all(
        isinstance(found, list) and all(isinstance(one, dict) for one in found) for found in content
    )


def _is_annotation_file(content: Any) -> bool:
    names = ("images", "annotations", "categories")
    return isinstance(content, dict) and all(isinstance(content.get(one), list) for one in names)


def _names(path: str) -> dict[int, str]:
    """Return the names of the categories in a file by their ids."""
    content = _read(path)
    listed = content.get("categories") if isinstance(content, dict) else content
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and {"id", "name"} <= one.keys() for one in listed
    ):
        raise ValueError(
            f"{path}: has no list of categories with id and name; give an annotation file"
        )
    return {one["id"]: one["name"] for one in listed}


def _file_name(record: Mapping[str, Any]) -> str:
    """Return the path of an image below its folder; that of LVIS is the end of its address."""
    name = record.get("file_name") or "/".join(record["coco_url"].split("/")[-2:])
    return str(name)


def _tensor(values: Sequence[Any], kind: str, columns: int = 0) -> Any:
    """Return numbers as a tensor where PyTorch is installed."""
    if torch is None:
        return values
    made = torch.tensor(values, dtype=getattr(torch, kind))
    return made.reshape(-1, columns) if columns else made


def _crop(path: Path, entry: Mapping[str, Any]) -> tuple[Any, Sequence[float]]:
    """Return the crop of an exemplar in RGB, and its box: all of the image where it has none."""
    with Image.open(path) as opened:
        image = _of_8_bits(opened)
        if "bbox" in entry:
            x, y, w, h = box = entry["bbox"]
            around = (math.floor(x), math.floor(y), math.floor(w) + 1, math.floor(h) + 1)
        elif "x" in entry:
            x, y, w, h = box = around = tuple(entry[side] for side in "xywh")
        else:
            return image.convert("RGB"), (0, 0, *image.size)
        left, top, right, bottom = _crop_box(around, image.size)
        is_on_image = x < image.width and y < image.height and x + w > 0 and y + h > 0
        if not is_on_image or left >= right or top >= bottom:
            raise ValueError(f"{path}: the box {tuple(box)} leaves nothing of the image")
        return image.crop((left, top, right, bottom)).convert("RGB"), box


def _crop_box(box: Sequence[float], size: Sequence[int]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of a crop: a square around a box, cut at the edges."""
    x, y, w, h = box
    middle_x, middle_y, half = x + w / 2, y + h / 2, SCALE * max(w, h) / 2
    left, top = int(max(0, middle_x - half)), int(max(0, middle_y - half))
    right, bottom = int(min(size[0], middle_x + half)), int(min(size[1], middle_y + half))
    return left, top, right, bottom


def _of_8_bits(image: Any) -> Any:
    """Return an image of 8 bits; its own 8, 10, 12, 14 or 16 are as many as all of it needs."""
    if not image.mode.startswith("I"):
        return image
    numbers = image.convert("I")
    low, high = numbers.getextrema()
    if low < 0 or high >= 1 << 16:
        return image
    bits = int(high).bit_length()
    scale = 256 / (1 << max(8, bits + bits % 2))
    return numbers.point(lambda number: number * scale).convert("L")


def _fitted(path: Path, annotated: tuple[Any, Any]) -> tuple[Any, tuple[float, float]]:
    """Return an image in RGB as its boxes are meant, and what their x and y are multiplied by.

    It is turned by EXIF where the annotation file gives the size of the turned image.
    """
    with Image.open(path) as image:
        if not all(annotated):
            return _of_8_bits(image).convert("RGB"), (1.0, 1.0)
        shown: Image.Image = image
        if image.size != annotated and image.getexif().get(_ORIENTATION) in _EXCHANGING:
            shown = ImageOps.exif_transpose(image)
        (width, height), (known_width, known_height) = shown.size, annotated
        by_x, by_y = width / known_width, height / known_height
        if abs(known_height * by_x - height) >= 1 and abs(known_width * by_y - width) >= 1:
            raise ValueError(
                f"{path}: is {width} x {height} pixels, the annotation file says"
                f" {known_width} x {known_height}; get the image again"
            )
        return _of_8_bits(shown).convert("RGB"), (by_x, by_y)
