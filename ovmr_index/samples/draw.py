"""A draw from beginning to end, hashes included: for samples and exports of samples."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ovmr_index.db.engine import transaction
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.pools.collate import ensure_collated
from ovmr_index.samples.near_duplicates import forget_changed_images, hash_for_near_duplicates
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.sampler import CategoryDraw, Sampler, require_enough


class Draw(NamedTuple):
    """A draw whose picks are in the table `DRAWN` while its transaction lasts.

    `categories` are by category id; `unreadable` are images that could not be hashed.
    """

    vocabulary_pk: int
    categories: list[CategoryDraw]
    unreadable: list[Issue]


@contextmanager
def open_sampler(session: Session) -> Iterator[Sampler]:
    """Open a connection to draw by."""
    with session.connect() as connection:
        yield Sampler(connection)


@contextmanager
def drawn(
    session: Session, sampler: Sampler, options: DrawOptions, *, writes: bool = False
) -> Iterator[Draw]:
    """Open a transaction in which the table `DRAWN` holds a draw from a vocabulary's pools.

    With `writes` it takes the write lock at once. A draw without near-duplicates is made again
    until it meets no image more whose hash is to be computed.

    Raises:
        ShortageError: Pools are too small and `on_shortage` is `error`.
        UsageError: A filter names a dataset or split that the index does not hold.
        MissingSourceError: Images of LVIS val are to be left out, and the index lacks it.
        UnwritableError: Hashes are needed, and the index cannot keep them.
    """
    tried: set[int] = set()
    unreadable: list[Issue] = []
    if options.filters.no_near_duplicates:
        forget_changed_images(session, ensure_collated(session, options.vocabulary))
    while True:
        vocabulary_pk = ensure_collated(session, options.vocabulary)
        with transaction(sampler.connection, writes=writes):
            found = sampler.draw(vocabulary_pk, options)
            unhashed = sampler.unhashed(options) - tried
            if not unhashed:
                require_enough(found, options)
                found.sort(key=lambda one: one.category_id)
                yield Draw(vocabulary_pk, found, unreadable)
                return
        unreadable += hash_for_near_duplicates(session, unhashed)
        tried |= unhashed
