"""Leaks to look at: each exemplar that shows an image of LVIS val, with that image."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.formats.records import Number
from ovmr_index.pools.leak_pair_queries import leak_pairs
from ovmr_index.pools.leaks import By


class Leak(NamedTuple):
    """An exemplar that shows an image of LVIS val; ids and names are the source's own.

    `position` is that in its category's pool, from 0. The box is in pixels, `x` and `y` of its
    upper left corner from 0, None for a whole image; sizes of images are in pixels too, None where
    they are not known. `by` is how the image is known to be that of val: by `id`, by `content`
    (equal files) or by its `looks`, where `bits` of 64 differ.
    """

    category_id: int
    category: str
    synset: str | None
    position: int
    dataset: str
    source: str
    file_name: str
    region_id: int | None
    x: Number | None
    y: Number | None
    w: Number | None
    h: Number | None
    image_width: int | None
    image_height: int | None
    by: By
    bits: int
    val_source: str
    val_file_name: str
    val_width: int | None
    val_height: int | None


def find_leaks(connection: Connection, vocabulary_pk: int) -> Iterator[Leak]:
    """Return the leaks of a vocabulary's pools, by category id and position."""
    return map(Leak._make, stream_rows(connection, leak_pairs(vocabulary_pk)))
