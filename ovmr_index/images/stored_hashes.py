"""Hashes of images, computed once in several processes and kept in the index."""

from collections.abc import Iterator
from contextlib import closing
from itertools import chain

from sqlalchemy import CompoundSelect, Select
from sqlalchemy.exc import DBAPIError

from ovmr_index.db import database_errors
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, UnwritableError
from ovmr_index.images.hash import Hashed, HashTask, hash_all
from ovmr_index.images.hash_queries import (
    delete_requested,
    missing,
    missing_count,
    put_hashes,
    request,
)
from ovmr_index.images.locations import Location, locate
from ovmr_index.images.measurements import WRITTEN, forget_changed, store_states
from ovmr_index.processes import batches, in_processes
from ovmr_index.storage.members import sorted_by_offset

_PAGE = 20_000  # images read and written at once
_CHUNK = 64


def hash_images(
    session: Session,
    images: Select[int] | CompoundSelect[int],
    *,
    perceptual: bool,
    among: Select[int] | None = None,
) -> list[Issue]:
    """Compute the hashes that images lack, and keep them in the index.

    Those of a file that has changed since are computed again. Images that were requested before
    and are still without a hash are computed as well, unless `among` is given. What was computed is
    committed every 20,000 images, so that a kill loses little.

    Args:
        session: The index.
        images: A query of the images (pk).
        perceptual: Whether the perceptual hash is computed beside the SHA-256 of the file.
        among: A query of the images (pk) that may be hashed now; all of them by default.

    Returns:
        The images that cannot be read. They are tried again the next time.

    Raises:
        UnwritableError: The index cannot be written; no image was read.
    """
    count = _request(session, images, perceptual, among)
    issues = []
    tasks = batches(_tasks(session, perceptual, among), _CHUNK)
    hashed = in_processes(hash_all, tasks, workers=None, chunk=1)
    with closing(hashed), session.progress("image hashes", count, "images") as advance:
        for batch in batches(chain.from_iterable(hashed), _PAGE):
            _store(session, batch)
            issues += [
                Issue(one.task.dataset, one.task.file_name, reason=one.reason)
                for one in batch
                if one.reason is not None
            ]
            advance(len(batch))
    return issues


def forget_stale_hashes(session: Session, images: Select[int] | CompoundSelect[int]) -> None:
    """Delete the hashes of those of the images (pk) whose file has changed since.

    Raises:
        UnwritableError: There are some, and the index cannot be written.
    """
    try:
        forget_changed(session, images)
    except DBAPIError as error:
        raise _unwritable(error) from None


def _unwritable(error: DBAPIError) -> UnwritableError:
    """Return the error of an index that cannot be written; raises any other one again."""
    if not database_errors.is_unwritable(error):
        raise error
    return UnwritableError(f"the index: {database_errors.describe(error)}")


def _request(
    session: Session,
    images: Select[int] | CompoundSelect[int],
    perceptual: bool,
    among: Select[int] | None,
) -> int:
    """Make rows for what is to be computed; return how many images lack something."""
    try:
        forget_changed(session, images if among is None else among)
        with session.write(of=WRITTEN) as connection:
            connection.execute(delete_requested())
            connection.execute(request(images))
            lacking = missing_count(perceptual=perceptual, among=among)
            count = connection.execute(lacking).scalar_one()
    except DBAPIError as error:
        raise _unwritable(error) from None
    return count


def _tasks(session: Session, perceptual: bool, among: Select[int] | None) -> Iterator[HashTask]:
    """Yield what is to be done, a page at a time: no read stays open beside a write."""
    last = -1
    while True:
        with session.read() as connection:
            query = missing(last, _PAGE, perceptual=perceptual, among=among)
            page = list(stream_rows(connection, query))
        if not page:
            return
        tasks = []
        for image_pk, dataset, root, name, lacks_perceptual, *location in page:
            source = locate(str(session.root / root), name, Location(*location))
            wanted = perceptual and bool(lacks_perceptual)
            tasks.append((HashTask(image_pk, dataset, name, source, wanted), source))
            last = image_pk
        yield from (task for task, _ in sorted_by_offset(tasks))


def _store(session: Session, batch: list[Hashed]) -> None:
    rows = [
        {"image": one.task.key, "content": one.sha256, "looks": one.perceptual} for one in batch
    ]
    states = [(one.task.key, *one.state) for one in batch if one.state is not None]
    with session.write(of=WRITTEN) as connection:
        connection.execute(put_hashes(), rows)
        store_states(connection, states)
