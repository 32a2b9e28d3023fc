"""Leave near-duplicates out of a draw; what opens images is imported where it is used."""

from collections.abc import Collection
from itertools import count

from sqlalchemy import Connection

from ovmr_index.db.bulk import Query, recreate
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.images.hash_queries import these_images
from ovmr_index.pools.hash_queries import pool_images
from ovmr_index.samples.near_duplicate_queries import (
    DRAW_FIRST,
    DRAW_LEFT_OUT,
    DRAW_ORDER,
    delete_first,
    leave_out,
    of_round,
    put_first,
    put_in_order,
)
from ovmr_index.samples.options import Filters


def put_first_without_near_duplicates(
    connection: Connection, keyed: Query, filters: Filters, k: int
) -> None:
    """Put into `DRAW_FIRST` the first `k` of each category that are not near one before them.

    Each round leaves out the first near-duplicate of each category. What comes before it keeps its
    place whatever the filters are, and is not looked at again. An image whose hash is not known is
    near no other.
    """
    for table in (DRAW_ORDER, DRAW_FIRST, DRAW_LEFT_OUT):
        recreate(connection, table)
    connection.execute(put_in_order(keyed))
    after = None
    for now in count():
        connection.execute(put_first(filters, k, after))
        connection.execute(leave_out(after, now))
        if connection.execute(of_round(now)).first() is None:
            return
        connection.execute(delete_first(now))
        after = now


def forget_changed_images(session: Session, vocabulary_pk: int) -> None:
    """Delete the hashes of the pools' images whose files have changed since.

    Raises UnwritableError where there are some, and the index cannot be written.
    """
    from ovmr_index.images.stored_hashes import forget_stale_hashes

    forget_stale_hashes(session, pool_images(vocabulary_pk).distinct())


def hash_for_near_duplicates(session: Session, image_pks: Collection[int]) -> list[Issue]:
    """Compute both hashes of these images and of no other.

    Returns and raises what `hash_images` does.
    """
    from ovmr_index.images.stored_hashes import hash_images

    these = these_images(image_pks)
    return hash_images(session, these, perceptual=True)
