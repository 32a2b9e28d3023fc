"""A draw from beginning to end, hashes included: what samples and exports of samples stand on."""

from collections.abc import Iterator
from contextlib import contextmanager

from ovmr_index.db.engine import transaction
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.pools.collate import ensure_collated
from ovmr_index.samples.near_duplicates import hash_for_near_duplicates
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.sampler import CategoryDraw, Sampler, require_enough


@contextmanager
def open_sampler(session: Session) -> Iterator[Sampler]:
    """Open a connection to draw by."""
    with session.connect() as connection:
        yield Sampler(connection)


@contextmanager
def drawn(
    session: Session, sampler: Sampler, options: DrawOptions
) -> Iterator[tuple[int, list[CategoryDraw], list[Issue]]]:
    """Open a transaction in which the table `drawn` holds a draw from a vocabulary's pools.

    Yields the row of the vocabulary, what was drawn by category id, and what cannot be read.
    A draw without near-duplicates is made again until it meets no image more whose hash is
    to be computed.
    """
    tried: set[int] = set()
    unreadable: list[Issue] = []
    while True:
        vocabulary_pk = ensure_collated(session, options.vocabulary)
        with transaction(sampler.connection):
            found = sampler.draw(vocabulary_pk, options)
            unhashed = sampler.unhashed(options) - tried
            if not unhashed:
                require_enough(found, options)
                found.sort(key=lambda one: one.category_id)
                yield vocabulary_pk, found, unreadable
                return
        unreadable += hash_for_near_duplicates(session, unhashed)
        tried |= unhashed
