"""Random dataset trees, small and odd: every rule of the recipe meets a case on its border."""

import io
import random
from collections.abc import Sequence
from functools import cache
from typing import Any

from PIL import ExifTags, Image

from tests.support.oracle import published_substitutes, wnids
from tests.support.trees import Json, TreeBuilder, picture, vg_image, vg_objects

VARIANTS = (
    "everything",
    "no Visual Genome",
    "no ImageNet",
    "no val",
    "only train",
    "only val",
    "flat ImageNet",
    "ImageNet's parts without a folder above them",
    "LVIS v0.5",
    "no annotations",
)
# The number of exemplars that LVIS and ImageNet give: step 3 begins below 40.
EXACT = {"apple.n.01": 39, "basket.n.01": 40, "tench.n.01": 41, "lamb_chop.n.01": 55}
ODD = ("stop_sign.n.01", "street_sign.n.01", "not_in_wordnet.n.01")
WITH_SUBSTITUTES = (
    "penny.n.02",
    "brooch.n.01",
    "jewel.n.01",
    "gem.n.02",
    "card.n.02",
    "beach_ball.n.01",
)
SUBSTITUTES = ("coin.n.01", "volleyball.n.02", "business_card.n.01", "rib.n.03")  # also categories
PLAIN = ("kite.n.03", "zebra.n.01", "alcohol.n.01", "wolf.n.01")
SYNSETS = (*EXACT, *ODD, *WITH_SUBSTITUTES, *SUBSTITUTES, *PLAIN)
AREAS = (1024, 1024.0, 1024.0000001, 1025, 1023.99, 0, 5000.5, 30_000)
SIDES = (1, 7.25, 16, 31.9, 32, 32.0, 33, 64, 100.125)
BOXES = ((32, 32), (16, 64), (31.9, 32), (-32, -32), (-40, 50), (-40, -40.5), (0, 9), (80, 70))
NAMES = ("_9", "_10", "_a", "_A", "_Z", "é", "ß", " 1", "-1", "~", "日", "\U0001f98a", ".x")
SUFFIXES = (".JPEG", ".JPEG", ".jpg", ".jpeg", ".png", ".JPG", ".txt", ".JPEG.part")
PLACES: tuple[tuple[str, ...], ...] = (
    ("train",),
    ("train", "val"),
    ("train", "imagenet21k_small_classes"),
    ("train", "val", "imagenet21k_small_classes"),
    ("imagenet21k_small_classes",),
    ("val",),
    (),
)


class OddTree:
    """One tree, drawn from `seed`."""

    def __init__(self, builder: TreeBuilder, seed: int) -> None:
        """Write the tree with `builder`."""
        self._builder, self._random = builder, random.Random(seed)
        self.variant = VARIANTS[seed % len(VARIANTS)]
        self._owed = dict(EXACT)
        if self.variant != "no ImageNet" and not self.variant.startswith("only"):
            self._imagenet()
        if self.variant != "only val":
            self._lvis("train")
        if self.variant not in ("no val", "only train"):
            self._lvis("val")
        if self.variant != "no Visual Genome" and not self.variant.startswith("only"):
            self._visual_genome()

    def _imagenet(self) -> None:
        folders: list[tuple[str, int]] = []
        for synset in sorted(synsets_of_odd_trees() & wnids().keys()):
            count = self._random.randrange(13)
            if synset in EXACT:
                count = self._random.randrange(1, 30)
                self._owed[synset] -= count
            folders += self._folders(wnids()[synset], count, exact=synset in EXACT)
        self._random.shuffle(folders)
        exact = {wnids()[synset] for synset in EXACT}
        top = "imagenet/imagenet21k_P"
        if self.variant in VARIANTS[6:8]:
            top = "imagenet"
        self._builder.file(f"{top}/{folders[0][0]}/notes.txt", b"no image")
        for folder, count in folders:
            self._write_images(f"{top}/{folder}", count, exact=folder[-9:] in exact)

    def _folders(self, wnid: str, count: int, *, exact: bool) -> list[tuple[str, int]]:
        if self.variant == "flat ImageNet":
            return [(wnid, count)]
        parts = ("train",) if exact else self._random.choice(PLACES)
        return [(f"{part}/{wnid}", count) for part in parts]

    def _write_images(self, folder: str, count: int, *, exact: bool) -> None:
        (self._builder.root / folder).mkdir(parents=True, exist_ok=True)
        if exact:
            names = [f"{number}.JPEG" for number in range(count)]
        else:
            stems = self._random.sample(NAMES, count)
            names = [f"{stem}{self._random.choice(SUFFIXES)}" for stem in stems]
        wnid = folder.rpartition("/")[2]
        for name in names:
            prefix = "" if name.startswith(".") else wnid
            self._builder.file(f"{folder}/{prefix}{name}", self._random.choice(_IMAGES))

    def _lvis(self, split: str) -> None:
        """Write a file whose ids, in both splits, come from the same few."""
        synsets = self._random.sample(SYNSETS, len(SYNSETS) - (3 if split == "val" else 0))
        keys = self._random.sample(range(1, 90), len(synsets))
        categories = [self._category(*pair) for pair in zip(keys, synsets, strict=True)]
        images = [self._image(key) for key in self._random.sample(range(1, 200), 30)]
        annotations: list[Json] = []
        if self.variant != "no annotations":
            for category in categories:
                annotations += self._annotations(category, images)
        self._random.shuffle(annotations)
        numbers = self._random.sample(range(1, 3_000), len(annotations))
        for number, annotation in zip(numbers, annotations, strict=True):
            annotation["id"] = number
        self._builder.lvis(
            split,
            categories=categories,
            images=images,
            annotations=annotations,
            licenses=[{"id": 1, "url": "https://example.org/é"}],
            extra={"of": ["the", "file", None, 1e-7, 12_345_678_901_234_567_890]},
        )

    def _category(self, key: int, synset: str) -> Json:
        category: Json = {
            "synset": synset,
            "id": key,
            "name": synset.partition(".")[0],
            "def": "“é”",
        }
        frequency = self._random.choice(("r", "r", "c", "f", None, ""))
        if frequency != "":
            category["frequency"] = frequency
        if self._random.random() < 0.5:
            category |= {"image_count": 7, "instance_count": 70_000.5, "nested": {"a": [{}]}}
        return category

    def _image(self, key: int) -> Json:
        folder = self._random.choice(("train2017", "val2017"))
        image: Json = {"id": key, "height": 480, "width": 640, "extra": [key, None, {"a": 0.1}]}
        if self.variant == "LVIS v0.5":
            image["file_name"] = f"COCO_val2014_{key:012}.jpg"
        if self.variant == "LVIS v0.5" and self._random.random() < 0.3:
            return image
        return image | {"coco_url": f"http://images.cocodataset.org/{folder}/{key:012}.jpg"}

    def _annotations(self, category: Json, images: Sequence[Json]) -> list[Json]:
        synset = category["synset"]
        if synset in EXACT:
            few = [self._annotation(category, images, 1024) for _ in range(3)]
            return few + [
                self._annotation(category, images, 1024.5) for _ in range(self._owed[synset])
            ]
        count = self._random.choice((0, 1, 3, 7, 12))
        areas = self._random.choices(AREAS, k=count)
        return [self._annotation(category, images, area) for area in areas]

    def _annotation(self, category: Json, images: Sequence[Json], area: float) -> Json:
        x, y, w, h = self._random.choices(SIDES, k=4)
        annotation: Json = {
            "bbox": [x, y, w, h],
            "category_id": category["id"],
            "area": area,
            "image_id": self._random.choice(images)["id"],
        }
        if self._random.random() < 0.8:
            annotation["segmentation"] = [[x, y, x + w, y, x + w, y + h], [1, 2.0, 3, 4, 5, 6]]
        if self._random.random() < 0.3:
            annotation |= {"synset": "tench.n.01", "file_name": None}
        if self._random.random() < 0.3:
            annotation |= {"iscrowd": 0, "text": 'a "b" \\ é \u2028', "far": {"b": [1, 1.0, 1e300]}}
        return annotation

    def _visual_genome(self) -> None:
        keys = self._random.sample(range(1, 500), 25)
        images = [
            vg_image(key, url=f"https://x.org/VG_100K{key % 2 * '_2'}/{key + 1}.jpg")
            for key in keys
        ]
        numbers = iter(self._random.sample(range(1, 50_000), 4_000))
        groups = [
            vg_objects(
                key, *(self._object(next(numbers)) for _ in range(self._random.randrange(30)))
            )
            for key in self._random.sample(keys, 20)
        ]
        self._builder.visual_genome(*groups, images=images)

    def _object(self, number: int) -> Json:
        wanted = (*SYNSETS, *_published(), "not_asked_for.n.01")
        synsets = self._random.choices(wanted, k=self._random.choice((0, 1, 1, 1, 1, 2)))
        w, h = self._random.choice(BOXES)
        box: Json = {"x": self._random.choice((-5, 0, 3.5)), "y": 600, "w": w, "h": h}
        found: Json = {"synsets": synsets, "object_id": number, "names": ["né"]} | box
        if self._random.random() < 0.2:
            found |= {"attributes": [{"a": None}], "merged_object_ids": [number + 1], "area": 3}
        if self._random.random() < 0.1:
            found |= {"file_name": "another.jpg", "synset": None, "of": {"image_id": 1}}
        if not synsets and self._random.random() < 0.5:
            del found["synsets"]
        return found


def synsets_of_odd_trees() -> set[str]:
    """Return the names of all synsets, some not in WordNet, that trees have something of."""
    return {*SYNSETS, *_published()}


@cache
def _published() -> list[str]:
    return [
        name
        for synset in (*WITH_SUBSTITUTES, *EXACT)
        for name in published_substitutes().get(synset, ())
    ]


def _turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    output = io.BytesIO()
    Image.new("RGB", (6, 4), "grey").save(output, "JPEG", exif=exif)
    return output.getvalue()


_IMAGES: tuple[Any, ...] = (
    picture((6, 4)),
    picture((5, 7), "PNG"),
    _turned(6),
    _turned(3),
    picture((60, 40))[:-20],
    b"no image",
    b"",
)
