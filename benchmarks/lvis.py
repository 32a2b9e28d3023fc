"""LVIS files in the shape of the real ones: same keys, same counts, random boxes and polygons."""

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.drawing import Category, Ints, draw_boxes, odd_members, scaled

TRAIN_IMAGES, VAL_IMAGES, VAL2017_IMAGES = 100_170, 19_809, 4_809
VAL_SHARE = 244_707 / 1_270_141
COCO_IMAGES, HIGHEST_COCO_ID = 123_287, 581_929
COCO_SIZES = np.array([(640, 480), (480, 640), (640, 427), (427, 640), (640, 640), (500, 375)])
CHUNK = 50_000
ODD = ('"iscrowd": 0', '"attributes": {"occluded": false}', '"confidence": 0.87')


@dataclass(frozen=True)
class LvisFile:
    """What one LVIS file is to hold; the first `val2017` of its images are in val2017."""

    path: Path
    image_ids: Ints
    val2017: int
    categories: list[Category]


def draw_coco_ids(scale: float, seed: int) -> Ints:
    """Return ids of COCO images in random order: LVIS train takes the first, LVIS val the next."""
    lvis = scaled(TRAIN_IMAGES, scale) + scaled(VAL_IMAGES, scale)
    count = max(lvis, scaled(COCO_IMAGES, scale))
    rng = np.random.default_rng([seed, 0])
    return 1 + rng.choice(HIGHEST_COCO_ID, count, replace=False)


def plan_lvis(
    folder: Path, scale: float, coco_ids: Ints, categories: Sequence[Category]
) -> tuple[LvisFile, LvisFile]:
    """Share the images out to train and val, and scale the counts of each category to them."""
    train, val = scaled(TRAIN_IMAGES, scale), scaled(VAL_IMAGES, scale)
    return (
        LvisFile(
            folder / "lvis_v1_train.json",
            coco_ids[:train],
            0,
            [_scale_category(category, scale, train) for category in categories],
        ),
        LvisFile(
            folder / "lvis_v1_val.json",
            coco_ids[train : train + val],
            round(VAL2017_IMAGES * scale),
            [_scale_category(category, scale * VAL_SHARE, val) for category in categories],
        ),
    )


def _scale_category(category: Category, share: float, images: int) -> Category:
    instances = scaled(category["instance_count"], share)
    of_images = min(instances, images, scaled(category["image_count"], share))
    return {**category, "image_count": of_images, "instance_count": instances}


def write_lvis(plan: LvisFile, seed: list[int]) -> int:
    """Write one LVIS file and return the number of its annotations."""
    rng = np.random.default_rng(seed)
    category_ids, image_ids = _draw_instances(rng, plan)
    ids = 1 + rng.permutation(len(image_ids))
    polygons = [_polygon_text(rng) for _ in range(4_000)]
    odd = odd_members(ODD)
    plan.path.parent.mkdir(exist_ok=True)
    with plan.path.open("w", encoding="utf-8") as file:
        file.write(f'{{"info": {json.dumps(_info())}, "annotations": [')
        for start in range(0, len(ids), CHUNK):
            part = slice(start, start + CHUNK)
            members = list(itertools.islice(odd, len(ids[part])))
            rows = ids[part], image_ids[part], category_ids[part]
            texts = _annotation_texts(rng, polygons, *rows, members)
            file.write((", " if start else "") + ", ".join(texts))
        file.write('], "images": [' + ", ".join(_image_texts(rng, plan)))
        file.write(f'], "categories": {json.dumps(plan.categories)}, "licenses": ')
        file.write(json.dumps([{"id": i, "name": f"licence {i}", "url": ""} for i in range(1, 9)]))
        file.write("}")
    return len(ids)


def _info() -> dict[str, str | int]:
    return {
        "description": "generated in the LVIS v1 layout",
        "version": "v1.0",
        "year": 2020,
        "contributor": "",
        "url": "",
        "date_created": "",
    }


def _draw_instances(rng: np.random.Generator, plan: LvisFile) -> tuple[Ints, Ints]:
    """Return the category id and the image id of each annotation, in random order."""
    images = []
    for category in plan.categories:
        own = rng.choice(plan.image_ids, category["image_count"], replace=False)
        more = rng.choice(own, category["instance_count"] - len(own))
        images += [own, more]
    counts = [category["instance_count"] for category in plan.categories]
    category_ids = np.repeat([category["id"] for category in plan.categories], counts)
    order = rng.permutation(len(category_ids))
    return category_ids[order], np.concatenate(images)[order]


def _polygon_text(rng: np.random.Generator) -> str:
    """Return a segmentation of 44 points or so, one in ten of them in two polygons."""
    points = max(3, round(rng.lognormal(3.5, 0.75)))
    polygons = [np.round(rng.uniform(0, 640, 2 * points), 2).tolist()]
    if rng.random() < 0.1:
        polygons.append(np.round(rng.uniform(0, 640, 12), 2).tolist())
    return json.dumps(polygons)


def _annotation_texts(
    rng: np.random.Generator,
    polygons: list[str],
    ids: Ints,
    image_ids: Ints,
    category_ids: Ints,
    odd: list[str],
) -> Iterable[str]:
    """Yield annotations; `odd` has what each holds beside the usual members."""
    sizes = _coco_sizes(image_ids)
    boxes = draw_boxes(rng, sizes[:, 0], sizes[:, 1])
    areas = boxes[2] * boxes[3] * rng.uniform(0.4, 0.8, len(ids))
    # Cut, not rounded, to two decimals: a box then never leaves its image.
    numbers = [(np.floor(values * 100) / 100).tolist() for values in (areas, *boxes)]
    drawn = rng.integers(len(polygons), size=len(ids)).tolist()
    rows = zip(
        ids.tolist(), *numbers, drawn, image_ids.tolist(), category_ids.tolist(), odd, strict=True
    )
    return (
        f'{{"id": {id_}, "area": {area}, "segmentation": {polygons[polygon]}, "image_id": {image}, '
        f'"bbox": [{x}, {y}, {w}, {h}], "category_id": {category}{more}}}'
        for id_, area, x, y, w, h, polygon, image, category, more in rows
    )


def _coco_sizes(image_ids: Ints) -> Ints:
    sizes: Ints = COCO_SIZES[image_ids % len(COCO_SIZES)]
    return sizes


def _image_texts(rng: np.random.Generator, plan: LvisFile) -> Iterable[str]:
    category_ids = np.array([category["id"] for category in plan.categories])

    def lists(low: int, high: int) -> list[str]:
        counts = rng.integers(low, high, 1_000)
        return [str(rng.choice(category_ids, count, replace=False).tolist()) for count in counts]

    negative, not_exhaustive = lists(7, 11), lists(1, 3)
    picks = rng.integers(1_000, size=(len(plan.image_ids), 2)).tolist()
    sizes = _coco_sizes(plan.image_ids).tolist()
    rows = zip(plan.image_ids.tolist(), sizes, picks, strict=True)
    for i, (id_, (width, height), (neg, part)) in enumerate(rows):
        folder = "val2017" if i < plan.val2017 else "train2017"
        yield (
            f'{{"id": {id_}, "width": {width}, "height": {height}, "license": {i % 8 + 1}, '
            f'"coco_url": "http://images.cocodataset.org/{folder}/{id_:012}.jpg", '
            f'"flickr_url": "http://farm9.staticflickr.com/8186/{id_}_z.jpg", '
            f'"date_captured": "2013-11-15 14:55:51", "neg_category_ids": {negative[neg]}, '
            f'"not_exhaustive_category_ids": {not_exhaustive[part]}}}'
        )
