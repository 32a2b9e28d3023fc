"""Visual Genome's objects.json and image_data.json in the shape of the real ones."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.drawing import Category, Floats, Ints, draw_boxes, odd_members, scaled

IMAGES, COCO_IMAGES, HIGHEST_IMAGE_ID = 108_077, 51_208, 2_417_997
OBJECTS_PER_IMAGE = 3_800_000 / IMAGES
FIRST_OBJECT_ID = 1_058_498
CHUNK = 1_000
ODD = ('"attributes": ["old"]', '"confidence": 0.87')
SYNSETS = Path(__file__).with_name("data") / "visual_genome_synsets.txt"


@dataclass(frozen=True)
class Labels:
    """The synsets and names that objects carry, as JSON text, and the share of each."""

    synsets: list[str]
    names: list[str]
    shares: Floats


@dataclass(frozen=True)
class VgImages:
    """The images in file order: ids, and sizes in pixels."""

    ids: Ints
    widths: Ints
    heights: Ints


def write_visual_genome(
    folder: Path, scale: float, seed: int, coco_ids: Ints, categories: Sequence[Category]
) -> tuple[int, int, int]:
    """Write both files; return the numbers of images, of images with a coco_id and of objects.

    The COCO images are drawn from `coco_ids`.
    """
    rng = np.random.default_rng([seed, 3])
    count = scaled(IMAGES, scale)
    images = VgImages(
        1 + np.sort(rng.choice(HIGHEST_IMAGE_ID, count, replace=False)),
        rng.integers(300, 1_025, count),
        rng.integers(300, 1_025, count),
    )
    folder.mkdir()
    of_coco = _write_image_data(folder / "image_data.json", rng, images, scale, coco_ids)
    objects = _write_objects(folder / "objects.json", rng, images, _make_labels(rng, categories))
    return count, of_coco, objects


def _write_image_data(
    path: Path, rng: np.random.Generator, images: VgImages, scale: float, coco_ids: Ints
) -> int:
    of_coco = scaled(COCO_IMAGES, scale)
    drawn = rng.choice(coco_ids, of_coco, replace=False).tolist()
    all_coco_ids: list[int | None] = [None] * len(images.ids)
    for position, coco_id in zip(
        rng.choice(len(images.ids), of_coco, replace=False).tolist(), drawn, strict=True
    ):
        all_coco_ids[position] = coco_id
    in_second = (rng.random(len(images.ids)) < 0.4).tolist()
    records = [
        {
            "width": width,
            "url": f"https://cs.stanford.edu/people/rak248/VG_100K{'_2' * second}/{id_}.jpg",
            "height": height,
            "image_id": id_,
            "coco_id": coco_id,
            "flickr_id": None,
        }
        for id_, width, height, coco_id, second in zip(
            images.ids.tolist(),
            images.widths.tolist(),
            images.heights.tolist(),
            all_coco_ids,
            in_second,
            strict=True,
        )
    ]
    path.write_text(json.dumps(records), encoding="utf-8")
    return of_coco


def _make_labels(rng: np.random.Generator, categories: Sequence[Category]) -> Labels:
    """Return what an object may be called: 60 % LVIS synsets, 32 % others, 3 % two, 5 % none."""
    by_count = sorted(categories, key=lambda category: -category["instance_count"])
    lvis = [category["synset"] for category in by_count]
    others = SYNSETS.read_text(encoding="ascii").split()
    pairs = list(zip(rng.choice(lvis, 200).tolist(), rng.choice(others, 200).tolist(), strict=True))
    synsets = [[synset] for synset in lvis + others] + [list(pair) for pair in pairs]
    names = [_name(own[0]) for own in synsets]
    parts = (0.60, len(lvis)), (0.32, len(others)), (0.03, len(pairs)), (0.05, 1)
    return Labels(
        [json.dumps(own) for own in [*synsets, []]],
        [json.dumps([name]) for name in [*names, "thing"]],
        np.concatenate([share * _falling_shares(count) for share, count in parts]),
    )


def _name(synset: str) -> str:
    return synset.split(".", maxsplit=1)[0].replace("_", " ")


def _falling_shares(count: int) -> Floats:
    """Return shares that sum to 1 and fall as in Zipf's law: of 1,203, the last is 2 in 100,000."""
    weights = (np.arange(count) + 11.0) ** -1.7
    shares: Floats = weights / weights.sum()
    return shares


def _write_objects(path: Path, rng: np.random.Generator, images: VgImages, labels: Labels) -> int:
    counts = rng.poisson(OBJECTS_PER_IMAGE, len(images.ids))
    first_id = FIRST_OBJECT_ID
    odd = odd_members(ODD)
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for start in range(0, len(counts), CHUNK):
            part = slice(start, start + CHUNK)
            widths = np.repeat(images.widths[part], counts[part])
            heights = np.repeat(images.heights[part], counts[part])
            objects = _object_texts(rng, labels, first_id, widths, heights, odd)
            texts = (
                f'{{"image_id": {id_}, "objects": [{", ".join(itertools.islice(objects, count))}]}}'
                for id_, count in zip(images.ids[part].tolist(), counts[part].tolist(), strict=True)
            )
            file.write((", " if start else "") + ", ".join(texts))
            first_id += len(widths)
        file.write("]")
    return first_id - FIRST_OBJECT_ID


def _object_texts(
    rng: np.random.Generator,
    labels: Labels,
    first_id: int,
    widths: Ints,
    heights: Ints,
    odd: Iterator[str],
) -> Iterator[str]:
    """Yield an object for each of the sizes, one in a hundred with a box that leaves its image.

    `odd` gives what each holds beside the usual members.
    """
    count = len(widths)
    x, y, w, h = [values.astype(np.int64) for values in draw_boxes(rng, widths, heights)]
    leaving = rng.random(count)
    x = np.where(leaving < 0.005, -rng.integers(1, 20, count), x)
    w = np.where(leaving > 0.995, widths, w)
    drawn = rng.choice(len(labels.shares), count, p=labels.shares).tolist()
    columns = [values.tolist() for values in (x, y, np.maximum(w, 1), np.maximum(h, 1))]
    members = list(itertools.islice(odd, count))
    synsets, names = labels.synsets, labels.names
    return (
        f'{{"synsets": {synsets[label]}, "h": {h}, "object_id": {id_}, "merged_object_ids": [], '
        f'"names": {names[label]}, "w": {w}, "y": {y}, "x": {x}{more}}}'
        for id_, label, x, y, w, h, more in zip(
            itertools.count(first_id), drawn, *columns, members, strict=False
        )
    )
