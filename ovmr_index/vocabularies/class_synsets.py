"""The classes of well-known data sets with their synsets, as shipped tables.

The tables are in `data/class_synsets/`, one line a class.
"""

import csv
from functools import cache
from importlib import resources
from typing import NamedTuple

from ovmr_index.errors import unknown

SHIPPED = ("coco",)


class ShippedClass(NamedTuple):
    """A class of a data set: `id` and `name` as the data set has them, and the synset it means.

    `synset` is the name of a synset of WordNet 3.0, or of LVIS; None where none fits.
    """

    id: int
    name: str
    synset: str | None
    supercategory: str | None = None
    also: tuple[str, ...] = ()  # other spellings of the name that files of the data set have


@cache
def shipped_classes(name: str) -> tuple[ShippedClass, ...]:
    """Return the classes of a data set in its order: of `coco`, its 80 with ids from 1 to 90.

    Raises:
        UsageError: No table ships under this name.
    """
    if name not in SHIPPED:
        raise unknown("table of classes", name, SHIPPED)
    table = resources.files("ovmr_index").joinpath("data", "class_synsets", f"{name}.tsv")
    lines = table.read_text(encoding="utf-8").splitlines()
    return tuple(map(_class, csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)))


def _class(row: dict[str, str]) -> ShippedClass:
    return ShippedClass(
        int(row["id"]),
        row["name"],
        row["synset"] or None,
        row.get("supercategory") or None,
        tuple(filter(None, row["also"].split(","))),
    )
