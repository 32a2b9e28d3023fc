"""Small dataset trees for tests: records with simple defaults, and a builder that writes them.

Every file and folder gets a time of its own, long ago: whoever writes one again changes its time,
and no test has to wait until a time can be trusted.
"""

import io
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from ovmr_index import Index
from ovmr_index.ingest.sources import SourceSpec, imagenet_source, lvis_source, visual_genome_source

Json = dict[str, Any]

TENCH, TENCH_WNID = "tench.n.01", "n01440764"
APPLE, APPLE_WNID = "apple.n.01", "n07739125"
BASKET, BASKET_WNID = "basket.n.01", "n02801938"
STOP_SIGN = "stop_sign.n.01"

_LONG_AGO_NS = 1_500_000_000_000_000_000
_SECOND_NS = 1_000_000_000


def category(key: int, synset: str = TENCH, **fields: Any) -> Json:
    """Return a category of LVIS; `fields` are added or replace the defaults."""
    name = synset.partition(".")[0]
    record = {"id": key, "name": name, "synset": synset, "frequency": "f", "synonyms": [name]}
    return record | fields


def image(key: int, folder: str = "train2017", **fields: Any) -> Json:
    """Return a picture of LVIS v1 of 64 x 48 pixels."""
    url = f"http://images.cocodataset.org/{folder}/{key:012}.jpg"
    marks: Json = {"neg_category_ids": [], "not_exhaustive_category_ids": []}
    return {"id": key, "coco_url": url, "width": 64, "height": 48} | marks | fields


def annotation(key: int, image_id: int = 1, category_id: int = 1, **fields: Any) -> Json:
    """Return an annotation of LVIS: a box of 40 x 36 pixels that counts as an exemplar."""
    record: Json = {"id": key, "image_id": image_id, "category_id": category_id}
    polygons = [[4.5, 4, 44, 4, 44, 40]]
    return record | {"bbox": [4, 4, 40.5, 36], "area": 1440.5, "segmentation": polygons} | fields


def vg_image(key: int, **fields: Any) -> Json:
    """Return a picture of Visual Genome of 64 x 48 pixels."""
    url = f"https://cs.stanford.edu/people/rak248/VG_100K/{key}.jpg"
    record = {"image_id": key, "url": url, "width": 64, "height": 48, "coco_id": None}
    return record | {"flickr_id": None} | fields


def vg_object(key: int, *synsets: str, **fields: Any) -> Json:
    """Return an object of Visual Genome: a box of 40 x 36 pixels."""
    record: Json = {"object_id": key, "synsets": list(synsets), "names": ["thing"]}
    return record | {"x": 2, "y": 3, "w": 40, "h": 36, "merged_object_ids": []} | fields


def vg_objects(image_id: int, *objects: Json) -> Json:
    """Return the element of `objects.json` that holds a picture's objects."""
    return {"image_id": image_id, "objects": list(objects)}


@cache
def picture(size: tuple[int, int] = (64, 48), kind: str = "JPEG") -> bytes:
    """Return a grey picture of `size` (width, height in pixels) as a file of `kind`."""
    output = io.BytesIO()
    Image.new("RGB", size, "grey").save(output, kind)
    return output.getvalue()


class TreeBuilder:
    """A dataset tree below `root`, as the published instructions lay it out."""

    def __init__(self, root: Path, empty_index: Path | None = None) -> None:
        """Make `root`; `index` starts from a copy of `empty_index` if it is given."""
        self.root, self._empty_index = root, empty_index
        self._time_ns = _LONG_AGO_NS
        root.mkdir(parents=True)

    def index(self) -> Index:
        """Open the tree's index; make it if it is not there."""
        path = self.root / "ovmr.db"
        if self._empty_index is not None and not path.exists():
            shutil.copyfile(self._empty_index, path)
        return Index.open(self.root)

    def file(self, path: str, content: bytes) -> Path:
        """Write a file below `root`; it and its folder get a new time."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self.touch(file)
        self.touch(file.parent)
        return file

    def touch(self, path: Path) -> None:
        """Give a file or folder a new time."""
        self._time_ns += _SECOND_NS
        os.utime(path, ns=(self._time_ns, self._time_ns))

    def json(self, path: str, content: Any) -> Path:
        """Write a JSON file below `root`."""
        return self.file(path, json.dumps(content).encode())

    def lvis(
        self,
        split: str = "train",
        *,
        categories: Sequence[Json] | None = None,
        images: Sequence[Json] | None = None,
        annotations: Sequence[Json] | None = None,
        **members: Any,
    ) -> SourceSpec:
        """Write an LVIS file: by default one category, one picture `1` and one annotation `1`."""
        content = {
            "info": {"version": "v1"},
            "images": [image(1)] if images is None else images,
            "annotations": [annotation(1)] if annotations is None else annotations,
            "categories": [category(1)] if categories is None else categories,
            "licenses": [],
        }
        file = self.json(f"lvis/lvis_v1_{split}.json", content | members)
        return lvis_source(self.root, file, split)

    def visual_genome(self, *groups: Json, images: Sequence[Json] | None = None) -> SourceSpec:
        """Write Visual Genome's two files: by default each group's picture has its entry."""
        shown = [vg_image(group["image_id"]) for group in groups] if images is None else images
        self.json("VisualGenome/image_data.json", shown)
        objects = self.json("VisualGenome/objects.json", groups)
        return visual_genome_source(objects.parent)

    def imagenet(self, folders: Mapping[str, Sequence[str]], *, flat: bool = False) -> SourceSpec:
        """Write folders of pictures: names by folder, as in `{"train/n01440764": ["a.JPEG"]}`.

        They lie below `imagenet/imagenet21k_P`, or below `imagenet` if they are `flat`.
        """
        top = "imagenet" if flat else "imagenet/imagenet21k_P"
        (self.root / top).mkdir(parents=True, exist_ok=True)
        for folder, names in folders.items():
            (self.root / top / folder).mkdir(parents=True, exist_ok=True)
            for name in names:
                kind = "PNG" if name.endswith(".png") else "JPEG"
                self.file(f"{top}/{folder}/{name}", picture(kind=kind))
        return imagenet_source(self.root / top)

    def pictures(self, *paths: str, size: tuple[int, int] = (64, 48)) -> None:
        """Write JPEG pictures below `root`, as in `coco/train2017/000000000001.jpg`."""
        for path in paths:
            self.file(path, picture(size))
