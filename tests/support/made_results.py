"""Annotations and detections that are drawn from a seed: each rule of an evaluation meets a case.

Boxes of whole pixels, few scores: overlaps are often just a threshold, and scores often equal.
"""

import copy
import random
from typing import Any

import numpy as np
from pycocotools import mask as mask_utils

from tests.support.trees import Json, category, image

SIZE = (200, 150)  # width and height of each image
SYNSETS = ("apple", "ball", "cup", "dog", "egg", "fan", "goat", "hat", "ink", "jar", "kite", "lamp")
FREQUENCIES = "rcf"
CROWDED = 3  # the place of the image with more than 300 detections
_IMAGES, _BOXES = 24, 150


def categories() -> list[Json]:
    """Return categories of all frequencies, whose ids have gaps and are in no order."""
    return [
        category(100 - 7 * i, f"{name}.n.01", frequency=FREQUENCIES[i % 3])
        for i, name in enumerate(SYNSETS)
    ]


class MadeResults:
    """An annotation file and detections of what is on its images, and of what is not."""

    def __init__(self, seed: int, *, crowds: bool = False) -> None:
        self._random = random.Random(seed)
        self.categories = categories()
        self.images = [self._image(i) for i in range(_IMAGES)]
        self.annotations = [self._annotation(i) for i in range(_BOXES)]
        if crowds:
            for one in self.annotations:
                one["iscrowd"] = int(self._random.random() < 0.2)
        self.detections = [self._found(one) for one in self.annotations for _ in range(3)]
        self.detections += [self._invented() for _ in range(400)]
        self.detections += [self._invented(self.images[CROWDED]["id"]) for _ in range(350)]
        self.detections += self.detections[:5]
        self._random.shuffle(self.detections)

    def lists(self) -> dict[str, list[Json]]:
        """Return the members of the annotation file, which a caller may change."""
        return copy.deepcopy(
            {
                "categories": self.categories,
                "images": self.images,
                "annotations": self.annotations,
            }
        )

    def _image(self, place: int) -> Json:
        ids = [one["id"] for one in self.categories]
        self._random.shuffle(ids)
        width, height = SIZE
        return image(
            900 - 11 * place if place % 2 else 3000 + place,
            "val2017" if place % 3 else "train2017",
            width=width,
            height=height,
            neg_category_ids=ids[:4],
            not_exhaustive_category_ids=ids[3:6],
        )

    def _box(self) -> list[float]:
        side = self._random.choice((8, 20, 32, 64, 96, 110))
        x, y = self._random.randrange(0, 90), self._random.randrange(0, 40)
        return [x, y, side, self._random.choice((side, 10, 32, 90))]

    def _annotation(self, number: int) -> Json:
        box = self._box()
        # Two categories are on no image, and two boxes have no area.
        place = self._random.choice(self._random.choice((range(10), range(2))))
        return {
            "id": number + 1,
            "image_id": self._random.choice(self.images)["id"],
            "category_id": self.categories[place]["id"],
            "bbox": box,
            "area": 0 if number < 2 else box[2] * box[3],
            "segmentation": [self._polygon(box)],
        }

    def _found(self, annotation: Json) -> Json:
        x, y, w, h = annotation["bbox"]
        shift = self._random.choice((0, 0, 1, 2, 5, 20))
        box: list[float] = [x + shift, y, max(w - self._random.choice((0, 0, 1, 8)), 0), h]
        other = self._random.random() < 0.1
        category_id = self._random.choice(self.categories)["id"] if other else None
        return self._detection(
            annotation["image_id"], category_id or annotation["category_id"], box
        )

    def _invented(self, image_id: int | None = None) -> Json:
        key = self._random.choice(self.images)["id"] if image_id is None else image_id
        flat = self._random.random() < 0.02
        box = [5.0, 5.0, 0.0, 9.0] if flat else self._box()
        return self._detection(key, self._random.choice(self.categories)["id"], box)

    def _detection(self, image_id: int, category_id: int, box: list[float]) -> Json:
        score = round(self._random.random(), 1)
        return {"image_id": image_id, "category_id": category_id, "bbox": box, "score": score}

    @staticmethod
    def _polygon(box: list[float]) -> list[float]:
        x, y, w, h = box
        return [x, y, x + w, y, x + w, y + h / 2, x + w / 2, y + h, x, y + h]

    def masks(self, *, boxes: bool = False) -> list[Json]:
        """Return the detections with packed run lengths, in place of boxes or beside them."""
        made: list[Json] = []
        for one in self.detections:
            x, y, w, h = (round(side) for side in one["bbox"])
            drawn = np.zeros(SIZE[::-1], np.uint8, order="F")
            drawn[y : y + h, x : x + w] = 1
            packed: dict[str, Any] = mask_utils.encode(drawn)
            mask = {"size": packed["size"], "counts": packed["counts"].decode()}
            rest = {name: value for name, value in one.items() if boxes or name != "bbox"}
            made.append(rest | {"segmentation": mask})
        return made
