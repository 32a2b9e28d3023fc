"""Exemplars as they leave the index."""

from pathlib import Path
from typing import NamedTuple

from ovmr_index.db.bulk import Row
from ovmr_index.formats.records import Number


class Exemplar(NamedTuple):
    """An exemplar as it leaves the index: a box on a picture, or a whole one (x, y, w, h None).

    Ids and names are the source's own. `format` is that of its source; `file_name` lies below
    `root`, the folder of the dataset's pictures.
    """

    category_id: int
    category_synset: str
    synset: str
    dataset: str
    format: str
    split: str | None
    root: str
    file_name: str
    x: Number | None
    y: Number | None
    w: Number | None
    h: Number | None
    weight: float
    image_id: int | None
    region_id: int | None


def to_exemplar(row: Row, root: Path) -> Exemplar:
    """Return an entry's pick, with the folder of its dataset's pictures below `root`."""
    pick = Exemplar._make(row[:15])
    return pick._replace(root=str(root / pick.root))
