"""The LVIS part of the demo: two annotation files and the COCO images of their annotations."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from ovmr_index.demo.geometry import signed_area
from ovmr_index.demo.icons import icons
from ovmr_index.demo.paint import bounds
from ovmr_index.demo.scene import Placed, Scene, compose

Record = dict[str, Any]

# How many annotations of a category the train file asks for, by its frequency in LVIS.
_WANTED = {"f": 37, "c": 17, "r": 8}
# The same for categories that Visual Genome does not help out and ImageNet has no folder for.
SCARCE = {"die.n.01": 7, "snowman.n.01": 8, "wedding_ring.n.01": 9}
_SIZES = ((480, 360), (480, 320), (500, 375), (400, 480))
_INFO = {
    "description": "Drawn pictures in the layout of LVIS v1, made by ovmr-index demo",
    "version": "v1.0",
    "year": 2020,
    "contributor": "",
    "url": "",
    "date_created": "",
}


class Drawn(NamedTuple):
    """An image record and what the image shows."""

    record: Record
    path: Path
    scene: Scene


class Part(NamedTuple):
    """One annotation file to make: split, number of images, first id of each kind."""

    split: str
    images: int
    share: float
    first_image: int
    first_annotation: int


# COCO's own ids end at 581,929: none of these can be taken for an image of COCO.
_PARTS = (Part("train", 150, 1, 900_000, 1), Part("val", 40, 0.25, 950_000, 2_000_001))


def make_lvis(root: Path, categories: Sequence[Record]) -> list[Drawn]:
    """Write `lvis/*.json` and `coco/*2017`; returns the images of the val file."""
    drawn: list[Drawn] = []
    for part in _PARTS:
        drawn = list(_draw(root, part, categories))
        content = _content(part, drawn, categories)
        path = root / "lvis" / f"lvis_v1_{part.split}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return drawn


def _draw(root: Path, part: Part, categories: Sequence[Record]) -> Iterator[Drawn]:
    rng = Random(f"lvis {part.split}")
    wanted = Counter({c["synset"]: round(_wanted(c) * part.share) for c in categories})
    ids = {c["synset"]: c["id"] for c in categories}
    for number in range(part.images):
        size = rng.choice(_SIZES)
        scene = _scene(wanted, part.images - number, size, rng)
        # As in LVIS, most of val shows images of train2017.
        folder = "val2017" if part.split == "val" and number % 4 == 0 else "train2017"
        image_id = part.first_image + 37 * number + rng.randrange(37)
        path = root / "coco" / folder / f"{image_id:012}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        scene.image.save(path, quality=80, optimize=True)
        yield Drawn(_image(image_id, folder, scene, ids, rng), path, scene)


def _wanted(category: Record) -> int:
    return SCARCE.get(category["synset"]) or _WANTED[category["frequency"]]


def _scene(wanted: Counter[str], left: int, size: tuple[int, int], rng: Random) -> Scene:
    """Compose one of `left` scenes from what is still wanted, and take it off the list."""
    count = max(2, round(wanted.total() / left) + rng.randint(-1, 2))
    demand: Counter[str] = Counter()
    for synset, number in wanted.items():
        for place in icons()[synset].scenes:
            demand[place] += number
    place = rng.choices(list(demand), [number + 0.01 for number in demand.values()])[0]
    here = {synset: n for synset, n in wanted.items() if place in icons()[synset].scenes}
    picks = rng.sample(list(here), min(count, sum(here.values())), counts=here.values())
    scene = compose(place, picks, size, rng)
    wanted.subtract(placed.synset for placed in scene.placed)
    return scene


def _image(image_id: int, folder: str, scene: Scene, ids: dict[str, int], rng: Random) -> Record:
    shown = sorted({ids[placed.synset] for placed in scene.placed})
    absent = [number for number in ids.values() if number not in shown]
    width, height = scene.image.size
    return {
        "id": image_id,
        "width": width,
        "height": height,
        "license": 1,
        "coco_url": f"http://images.cocodataset.org/{folder}/{image_id:012}.jpg",
        "flickr_url": "",
        "date_captured": "2013-11-15 14:55:51",
        "neg_category_ids": rng.sample(absent, rng.randint(3, 8)),
        "not_exhaustive_category_ids": shown[:1] if rng.random() < 0.1 else [],
    }


def _content(part: Part, drawn: Sequence[Drawn], categories: Sequence[Record]) -> Record:
    ids = {c["synset"]: c["id"] for c in categories}
    annotations = [
        _annotation(placed, ids[placed.synset], item.record["id"])
        for item in drawn
        for placed in item.scene.placed
    ]
    Random(f"order {part.split}").shuffle(annotations)
    for number, annotation in enumerate(annotations, part.first_annotation):
        annotation["id"] = number
    instances = Counter(a["category_id"] for a in annotations)
    pairs = {(a["category_id"], a["image_id"]) for a in annotations}
    images = Counter(category_id for category_id, _ in pairs)
    counted = [
        {**c, "image_count": images[c["id"]], "instance_count": instances[c["id"]]}
        for c in categories
    ]
    return {
        "info": _INFO,
        "annotations": annotations,
        "images": [item.record for item in drawn],
        "categories": counted,
        "licenses": [{"id": 1, "name": "drawn by ovmr-index", "url": ""}],
    }


def _annotation(placed: Placed, category_id: int, image_id: int) -> Record:
    """Polygons rounded to hundredths of a pixel; area and box are those of the rounded polygons."""
    polygons = [[(round(x, 2), round(y, 2)) for x, y in polygon] for polygon in placed.polygons]
    x, y, w, h = bounds(polygons)
    return {
        "id": 0,
        "area": round(sum(abs(signed_area(polygon)) for polygon in polygons), 2),
        "segmentation": [[part for point in polygon for part in point] for polygon in polygons],
        "image_id": image_id,
        "bbox": [x, y, round(w, 2), round(h, 2)],
        "category_id": category_id,
    }
