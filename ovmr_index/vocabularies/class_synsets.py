"""The classes of well-known data sets with their synsets, as shipped tables.

`scripts/make_class_synsets.py` makes the tables, in `data/class_synsets/`, one line a class.
"""

import csv
import lzma
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import nearest, unknown
from ovmr_index.storage.paths import can_be_read_once

_FILES = {
    "coco": "coco.tsv",
    "objects365": "objects365.tsv",
    "openimages": "openimages.tsv",
    "v3det": "v3det.tsv.xz",
}
SHIPPED = tuple(_FILES)


class ShippedClass(NamedTuple):
    """A class of a data set: `id` and `name` as the data set has them, and the synset it means.

    `synset` is the name of a synset of WordNet 3.0, or of LVIS; None where none fits. OpenImages
    has no numbers but mids: its `id` counts from 1 in the order of its file. An export that maps
    boxes to these classes also gives a class those of the synsets `mapped`.
    """

    id: int
    name: str
    synset: str | None
    supercategory: str | None = None
    also: tuple[str, ...] = ()  # other spellings of the name that files of the data set have
    mid: str | None = None
    mapped: tuple[str, ...] = ()


@cache
def shipped_classes(name: str) -> tuple[ShippedClass, ...]:
    """Return the classes of a data set in its order: of `coco`, its 80 with ids from 1 to 90.

    Args:
        name: `coco`, `objects365`, `openimages` or `v3det`.

    Raises:
        UsageError: No table ships under this name.
    """
    if name not in _FILES:
        raise unknown("table of classes", name, SHIPPED)
    file = resources.files("ovmr_index").joinpath("data", "class_synsets", _FILES[name])
    content = file.read_bytes()
    text = (lzma.decompress(content) if file.name.endswith(".xz") else content).decode()
    return tuple(
        map(_class, csv.DictReader(text.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE))
    )


def _class(row: dict[str, str]) -> ShippedClass:
    return ShippedClass(
        int(row["id"]),
        row["name"],
        row["synset"] or None,
        row.get("supercategory") or None,
        tuple(filter(None, row["also"].split(","))),
        row.get("mid") or None,
        tuple(filter(None, row.get("mapped", "").split(","))),
    )


def table_called(path: Path) -> str | None:
    """Return the table that a path names which no file has, as in `--synsets openimages`.

    Raises UsageError for a path that is no file, and that may be meant for such a name.
    """
    name = str(path)
    if can_be_read_once(path) or path.is_file():
        return None
    is_word = not (path.suffix or path.parent.name or path.exists())
    if is_word and name not in _FILES and nearest(name, SHIPPED):
        raise unknown("file or table of classes", name, SHIPPED)
    return name if name in _FILES else None
