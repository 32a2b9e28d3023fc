"""Which exemplars are to be excluded in one step: leaks, and all but one of near-duplicates."""

from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection

from ovmr_index.curation.finding_queries import (
    FoundEntry,
    near_entries,
    near_pairs,
    shown_in_val_entries,
)
from ovmr_index.curation.mark import ExemplarKey
from ovmr_index.curation.marked import find_marked
from ovmr_index.curation.marked_queries import held_marks
from ovmr_index.db.models import PoolEntry
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.pools.hash_queries import pool_images
from ovmr_index.pools.leaks import require_val

_Entries = dict[tuple[int, int], str]  # the kind of mark by category_pk and position


def leaked_keys(
    connection: Connection, vocabulary_pk: int, vocabulary: str, category_pk: int | None
) -> list[ExemplarKey]:
    """Return the exemplars that show an image of LVIS val, of one category or of all.

    Images are compared by what the index knows. Raises MissingSourceError without LVIS val.
    """
    require_val(connection)
    rows = map(FoundEntry._make, connection.execute(shown_in_val_entries(vocabulary_pk)))
    wanted = (one for one in rows if category_pk is None or one.category_pk == category_pk)
    return [_key(vocabulary, one) for one in wanted]


def hash_pools(session: Session, vocabulary_pk: int, category_pk: int | None) -> list[Issue]:
    """Compute the hashes that the images of the pools lack, of one category or of all.

    Returns and raises what `hash_images` does.
    """
    from ovmr_index.images.stored_hashes import hash_images

    images = pool_images(vocabulary_pk)
    if category_pk is not None:
        images = images.where(PoolEntry.c.category_pk == category_pk)
    return hash_images(session, images.distinct(), perceptual=True)


def near_duplicate_keys(
    connection: Connection, vocabulary_pk: int, vocabulary: str, category_pk: int | None
) -> list[ExemplarKey]:
    """Return the exemplars that look like one before them in their pool, which is to stay.

    One that is excluded already stays for nobody, and a pin stays whatever is before it.
    """
    marked = _marked(connection, vocabulary_pk)
    pairs = connection.execute(near_pairs(vocabulary_pk, category_pk)).all()
    near: dict[tuple[int, int], set[int]] = {}
    for pool, position, earlier in pairs:
        near.setdefault((pool, position), set()).add(earlier)
        near.setdefault((pool, earlier), set()).add(position)
    rows = map(FoundEntry._make, connection.execute(near_entries(vocabulary_pk, category_pk)))
    found = []
    for pool, entries in groupby(rows, attrgetter("category_pk")):
        kept = {at for (of, at), kind in marked.items() if of == pool and kind == "pin"}
        for one in entries:
            if marked.get((pool, one.position)) is not None:
                continue
            if kept.isdisjoint(near[pool, one.position]):
                kept.add(one.position)
            else:
                found.append(_key(vocabulary, one))
    return found


def _marked(connection: Connection, vocabulary_pk: int) -> _Entries:
    if not find_marked(connection, vocabulary_pk):
        return {}
    rows = connection.execute(held_marks())
    return {(pool, position): kind for _, pool, position, kind, _ in rows}


def _key(vocabulary: str, one: FoundEntry) -> ExemplarKey:
    return ExemplarKey(vocabulary, one.category_id, one.source, one.file_name, one.region_id)
