"""Near-duplicates within a category's pool, in groups: what to keep, and what is the same again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import Row, stream_rows
from ovmr_index.pools.duplicate_queries import (
    ImagePair,
    entries_on,
    hashed_counts,
    image_pairs,
)
from ovmr_index.pools.exemplars import Exemplar, to_exemplar
from ovmr_index.pools.leaks import BY, By


class NearDuplicate(NamedTuple):
    """An exemplar whose image is that of an earlier exemplar of its category, or looks like it.

    `by` and `bits` are those of a `Leak`.
    """

    exemplar: Exemplar
    by: By
    bits: int


class DuplicateGroup(NamedTuple):
    """The exemplars on one image of a category's pool, and those on images that are the same.

    Each of the others is near the image that is kept, which comes first in the pool.
    """

    kept: list[Exemplar]
    others: list[NearDuplicate]


class DuplicateCount(NamedTuple):
    """How many near-duplicates a category's pool has, as far as its images have hashes.

    `others` are the images beside the one of each group that is kept; `unhashed` of the `images`
    have no perceptual hash.
    """

    category_id: int
    category: str
    images: int
    unhashed: int
    groups: int
    others: int


def find_duplicates(
    connection: Connection, category_pk: int, root: Path
) -> Iterator[DuplicateGroup]:
    """Yield the groups of near-duplicates of a category's pool, in its order.

    `root` is the folder of all datasets.
    """
    pairs = _nearest(connection, category_pk)
    of_image = _exemplars(connection, category_pk, pairs, root)
    groups: dict[int, DuplicateGroup] = {}
    for image_pk, pair in pairs.items():
        first = pair.first_pk
        group = groups.setdefault(first, DuplicateGroup(of_image[first], []))
        by = BY[pair.how]
        group.others.extend(NearDuplicate(one, by, pair.bits) for one in of_image[image_pk])
    yield from groups.values()


def count_duplicates(
    connection: Connection, vocabulary_pk: int, category_pk: int | None = None
) -> Iterator[DuplicateCount]:
    """Yield what the pool of each category has that has one, or of one category, by id."""
    counted = connection.execute(hashed_counts(vocabulary_pk, category_pk)).all()
    for pk, key, name, images, hashed in counted:
        pairs = _nearest(connection, pk)
        groups = len({pair.first_pk for pair in pairs.values()})
        yield DuplicateCount(key, name, images, images - hashed, groups, len(pairs))


def _nearest(connection: Connection, category_pk: int) -> dict[int, ImagePair]:
    """Return the images that are the same as one that is kept, each with its first such pair.

    The first image of the pool is kept, and each one that is the same as none kept before it. They
    are in the order of the kept images, then of the pool.
    """
    found: dict[int, ImagePair] = {}
    for pair in map(ImagePair._make, stream_rows(connection, image_pairs(category_pk))):
        if pair.first_pk not in found:
            found.setdefault(pair.other_pk, pair)
    return found


def _exemplars(
    connection: Connection, category_pk: int, pairs: Mapping[int, ImagePair], root: Path
) -> dict[int, list[Exemplar]]:
    """Return the exemplars of the pool on the images of the pairs, by image."""
    wanted = {*pairs, *(pair.first_pk for pair in pairs.values())}
    found: dict[int, list[Exemplar]] = {}
    for row in stream_rows(connection, entries_on(category_pk, wanted)):
        found.setdefault(_image_pk(row), []).append(to_exemplar(row, root))
    return found


def _image_pk(row: Row) -> int:
    pk: int = row[-1]
    return pk
