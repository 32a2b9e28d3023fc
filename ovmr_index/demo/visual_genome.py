"""The Visual Genome part of the demo: images, `objects.json` and `image_data.json`."""

import json
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from ovmr_index.demo.icons import icons
from ovmr_index.demo.lvis import SCARCE, Drawn
from ovmr_index.demo.paint import Box, bounds
from ovmr_index.demo.scene import Scene, compose
from ovmr_index.demo.scenery import HORIZON

Record = dict[str, Any]

_OWN = 52  # images that are in no other dataset
_SHARED = 8  # images that are also images of LVIS val, which an audit should find
_ABOVE_AND_BELOW = {
    "meadow": ("sky", "grass"),
    "street": ("building", "road"),
    "beach": ("sky", "sand"),
    "snow": ("sky", "snow"),
    "water": ("water", "water"),
    "table": ("wall", "table"),
    "room": ("wall", "floor"),
}
# A second synset makes an object ambiguous; so does none at all.
_SECOND = {"mug.n.04": "cup.n.01", "boat.n.01": "sailboat.n.01", "car.n.01": "cab.n.03"}
_UNSURE = 0.06  # the part of the objects without a synset


def make_visual_genome(root: Path, val: Sequence[Drawn]) -> None:
    """Write `VisualGenome`; some images are those of `val`, named by their `coco_id`."""
    rng = Random("visual genome")
    folder = root / "VisualGenome"
    for name in ("VG_100K", "VG_100K_2"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    objects, images = [], []
    object_ids = count(1_058_498)
    for index, (scene, copied) in enumerate(_scenes(val, rng)):
        image_id = 2_400_000 + 41 * index + rng.randrange(41)
        part = rng.choice(("VG_100K", "VG_100K_2"))
        path = folder / part / f"{image_id}.jpg"
        if copied is None:
            scene.image.save(path, quality=80, optimize=True)
        else:
            path.write_bytes(copied.path.read_bytes())
        images.append(_image_data(image_id, part, scene, copied))
        found = [{**found, "object_id": next(object_ids)} for found in _objects(scene, rng)]
        objects.append({"image_id": image_id, "objects": found})
    for name, content in (("objects", objects), ("image_data", images)):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def _scenes(val: Sequence[Drawn], rng: Random) -> Iterator[tuple[Scene, Drawn | None]]:
    for drawn in val[:: len(val) // _SHARED][:_SHARED]:
        yield drawn.scene, drawn
    here = {
        place: [s for s, icon in icons().items() if place in icon.scenes and s not in SCARCE]
        for place in _ABOVE_AND_BELOW
    }
    for place in rng.choices(list(here), [len(synsets) for synsets in here.values()], k=_OWN):
        synsets = rng.choices(here[place], k=rng.randint(3, 7))
        yield compose(place, synsets, (480, 360), rng), None


def _image_data(image_id: int, part: str, scene: Scene, copied: Drawn | None) -> Record:
    width, height = scene.image.size
    return {
        "width": width,
        "url": f"https://cs.stanford.edu/people/rak248/{part}/{image_id}.jpg",
        "height": height,
        "image_id": image_id,
        "coco_id": copied.record["id"] if copied else None,
        "flickr_id": None,
    }


def _objects(scene: Scene, rng: Random) -> Iterator[Record]:
    """The surroundings, then what stands there; some boxes leave the image, as in real data."""
    width, height = scene.image.size
    line = round(height * HORIZON)
    above, below = _ABOVE_AND_BELOW[scene.place]
    yield _object(above, [f"{above}.n.01"], Box(0, 0, width, line))
    yield _object(below, [f"{below}.n.01"], Box(0, line, width + 4, height - line))
    for synset, polygons in scene.placed:
        synsets = [synset, *filter(None, [_SECOND.get(synset) if rng.random() < 0.5 else None])]
        yield _object(_name(synset), synsets if rng.random() >= _UNSURE else [], bounds(polygons))
    if rng.random() < 0.1:
        yield _object("shadow", ["shadow.n.01"], Box(-3, line, 40, 30))


def _name(synset: str) -> str:
    return synset.partition(".")[0].replace("_", " ")


def _object(name: str, synsets: list[str], box: Box) -> Record:
    return {
        "synsets": synsets,
        "h": round(box.h),
        "object_id": 0,
        "merged_object_ids": [],
        "names": [name],
        "w": round(box.w),
        "y": round(box.y),
        "x": round(box.x),
    }
