"""The published files of a dataset tree by another way: plain Python over the files themselves.

Nothing of this comes from the program, except WordNet's synsets and the published substitutes: the
program must agree with it on any tree. Values are those of the JSON files.
"""

import json
import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, reduce
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from ovmr_index.vocabularies.wordnet import read_nouns

Json = dict[str, Any]

DATA = Path(__file__).parents[2] / "ovmr_index" / "data"
FOLDERS = ("train", "val", "imagenet21k_small_classes")
PICTURES = (".JPEG", ".jpg", ".jpeg", ".png")


class AbsentError(Exception):
    """The tree lacks what a file is made of."""


class ShortError(Exception):
    """A category has fewer exemplars than were asked for."""


@cache
def wnids() -> dict[str, str]:
    """Return the wnid of each noun synset."""
    return {noun.name: noun.wnid for noun in read_nouns()}


def load(path: Path) -> Any:
    """Return the value of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def published_substitutes() -> dict[str, list[str]]:
    """Return the substitutes of 43 categories."""
    found: dict[str, list[str]] = load(DATA / "published_substitutes.json")
    return found


def last_two(url: str) -> str:
    """Return the last two parts of a URL."""
    return "/".join(url.split("/")[-2:])


@dataclass
class Oracle:
    """What ought to be exported of the tree below `root`, which stays as it is."""

    root: Path
    min_area: float = 1024
    enough: int = 40
    substitutes: Mapping[str, Sequence[str]] = field(default_factory=published_substitutes)

    def lvis(self, split: str) -> Json:
        """Return an LVIS file."""
        path = self.root / "lvis" / f"lvis_v1_{split}.json"
        if not path.exists():
            raise AbsentError(path)
        content: Json = load(path)
        return content

    def exemplars(self) -> dict[str, list[Json]]:
        """Return `exemplar_dict.json`."""
        return self._pools

    @cached_property
    def _pools(self) -> dict[str, list[Json]]:
        content = self.lvis("train")
        annotations, boxes = self._annotations(content), self._boxes()
        return {
            category["synset"]: self._pool(category, annotations, boxes)
            for category in content["categories"]
        }

    def _pool(
        self,
        category: Json,
        annotations: Mapping[int, Sequence[Json]],
        boxes: Mapping[str, Sequence[Json]],
    ) -> list[Json]:
        own, key = category["synset"], category["id"]
        pool = [one | {"synset": own} for one in annotations.get(key, ())] + self._files(own, key)
        if len(pool) < self.enough and own != "stop_sign.n.01":
            pool += self._objects(own, key, boxes)
        lenders = self.substitutes.get(own, ())
        for lender in lenders:
            pool += self._files(lender, key)
        for lender in lenders:
            pool += self._objects(lender, key, boxes)
        return pool

    def _annotations(self, content: Json) -> dict[int, list[Json]]:
        """Return the annotations that count, by category, with `dataset` and `file_name`."""
        images = {image["id"]: self._picture(image) for image in content["images"]}
        found: dict[int, list[Json]] = {}
        for annotation in content["annotations"]:
            if annotation["area"] > self.min_area:
                where = {"dataset": "lvis", "file_name": images[annotation["image_id"]]}
                found.setdefault(annotation["category_id"], []).append(annotation | where)
        return found

    @staticmethod
    def _picture(image: Json) -> str:
        name: str = image["file_name"] if image.get("coco_url") is None else ""
        return name or last_two(image["coco_url"])

    def _files(self, synset: str, key: int) -> list[Json]:
        wnid = wnids().get(synset)
        if wnid is None:
            return []
        folder = wnid
        if not self._is_flat:
            in_small = (self._imagenet / FOLDERS[2] / wnid).is_dir()
            folder = f"{FOLDERS[2] if in_small else FOLDERS[0]}/{wnid}"
        return [
            {
                "file_name": f"{folder}/{name}",
                "category_id": key,
                "dataset": "imagenet21k",
                "synset": synset,
            }
            for name in self._names(folder, (".JPEG",))
        ]

    @cached_property
    def _imagenet(self) -> Path:
        top = self.root / "imagenet"
        return top / "imagenet21k_P" if (top / "imagenet21k_P").is_dir() else top

    @cached_property
    def _is_flat(self) -> bool:
        return not any((self._imagenet / name).is_dir() for name in FOLDERS)

    def _names(self, folder: str, suffixes: tuple[str, ...]) -> list[str]:
        path = self._imagenet / folder
        names = os.listdir(path) if path.is_dir() else []
        return sorted(name for name in names if name.endswith(suffixes) and name[0] != ".")

    def _boxes(self) -> dict[str, list[Json]]:
        """Return Visual Genome's objects of one synset, by it, with `image_id` and `file_name`."""
        folder = self.root / "VisualGenome"
        if not folder.exists():
            return {}
        paths = {one["image_id"]: last_two(one["url"]) for one in load(folder / "image_data.json")}
        found: dict[str, list[Json]] = {}
        for group in load(folder / "objects.json"):
            key = group["image_id"]
            for one in group["objects"]:
                synsets = one.get("synsets", [])
                if len(synsets) == 1:
                    where = {"image_id": key, "file_name": paths[key]}
                    found.setdefault(synsets[0], []).append(one | where)
        return found

    def _objects(self, synset: str, key: int, boxes: Mapping[str, Sequence[Json]]) -> list[Json]:
        return [
            one | {"dataset": "visual_genome", "category_id": key, "synset": synset}
            for one in boxes.get(synset, ())
            if one["w"] * one["h"] >= self.min_area
        ]

    def sample(self, k: int, seed: int = 42, on_shortage: str = "error") -> list[list[Json]]:
        """Return the sample of `k` a category, or raise ShortError."""
        pools = self.exemplars()
        categories = sorted(self.lvis("train")["categories"], key=operator.itemgetter("id"))
        drawn = [draw(pools[one["synset"]], k, seed, on_shortage) for one in categories]
        return [[entry | {"area": weight(entry)} for entry in entries] for entries in drawn]

    def norare(self, split: str = "train") -> Json:
        """Return `lvis_v1_train_norare.json`."""
        return self._by_rarity(split, rare=False)

    def rareonly(self, split: str = "train") -> Json:
        """Return `lvis_v1_train_rare_only.json`."""
        return self._by_rarity(split, rare=True)

    def _by_rarity(self, split: str, *, rare: bool) -> Json:
        content = self.lvis(split)
        frequency = {one["id"]: one.get("frequency") for one in content["categories"]}
        content["annotations"] = [
            annotation
            for annotation in content["annotations"]
            if (frequency[annotation["category_id"]] == "r") == rare
        ]
        return content

    def cat_info(self, split: str = "train", *, add_frequency: bool = False) -> list[Json]:
        """Return `lvis_v1_train_cat_info.json`."""
        content = self.lvis(split)
        shown: dict[int, list[int]] = {one["id"]: [] for one in content["categories"]}
        for annotation in content["annotations"]:
            shown[annotation["category_id"]].append(annotation["image_id"])
        for category in content["categories"]:
            images = shown[category["id"]]
            category["image_count"] = len(set(images))
            category["instance_count"] = len(images)
            if add_frequency:
                category["frequency"] = letter(len(set(images)))
        categories: list[Json] = content["categories"]
        return categories

    def imagenet_lvis(self) -> Json:
        """Return `imagenet_lvis_image_info.json`."""
        categories = self.lvis("val")["categories"]
        if not self._imagenet.is_dir():
            raise AbsentError(self._imagenet)
        images: list[Json] = []
        for category in categories:
            before = len(images)
            for path in self._pictures_of(category["synset"]):
                size = shown_size(self._imagenet / path)
                if size is not None:
                    place = {"id": len(images) + 1, "file_name": path}
                    shown = {"width": size[0], "height": size[1]}
                    images.append(place | {"pos_category_ids": [category["id"]]} | shown)
            category["image_count"] = len(images) - before
        return {"categories": categories, "images": images, "annotations": []}

    def _pictures_of(self, synset: str) -> Iterable[str]:
        wnid = wnids().get(synset)
        prefixes = ("",) if self._is_flat else tuple(f"{name}/" for name in FOLDERS)
        for prefix in prefixes if wnid is not None else ():
            for name in self._names(f"{prefix}{wnid}", PICTURES):
                yield f"{prefix}{wnid}/{name}"


def letter(images: int) -> str:
    """Return the frequency of a category that so many images show."""
    if images < 10:
        return "r"
    return "c" if images < 100 else "f"


_Size = tuple[int, int] | None
_SIZES: dict[tuple[int, int, int], _Size] = {}


def shown_size(path: Path) -> _Size:
    """Return width and height of a picture turned as EXIF says, None if it has no header.

    A file that has many names is read once.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    key = found.st_dev, found.st_ino, found.st_ctime_ns
    if key not in _SIZES:
        _SIZES[key] = _read_size(path)
    return _SIZES[key]


def _read_size(path: Path) -> _Size:
    try:
        with Image.open(path) as picture:
            size, turn = picture.size, picture.getexif().get(ExifTags.Base.Orientation, 1)
    except OSError:
        return None
    return size if turn < 5 else size[::-1]


def weight(entry: Json) -> float:
    """Return the weight of an exemplar."""
    if entry["dataset"] == "lvis":
        return float(entry["bbox"][2] * entry["bbox"][3])
    if entry["dataset"] == "visual_genome":
        return float(entry["w"] * entry["h"])
    return 10_000.0


def draw(pool: Sequence[Json], k: int, seed: int, on_shortage: str) -> list[Json]:
    """Return what the published draw takes of a pool, or raise ShortError."""
    if len(pool) < k and on_shortage == "error":
        raise ShortError(len(pool))
    if not pool or (len(pool) < k and on_shortage == "take-all"):
        return list(pool)
    weights = [weight(entry) for entry in pool]
    chances = np.array(weights) / reduce(operator.add, weights)
    generator = np.random.default_rng(seed)
    drawn = generator.choice(len(pool), size=k, p=chances, replace=len(pool) < k)
    return [pool[i] for i in drawn]
