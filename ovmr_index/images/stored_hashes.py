"""Hashes of images, computed once in several processes and kept in the index."""

from collections.abc import Iterator
from contextlib import closing
from itertools import chain

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ovmr_index.db import database_errors
from ovmr_index.db.bulk import Row, stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, UnwritableError
from ovmr_index.images.hash import Hashed, HashTask, hash_all
from ovmr_index.images.hash_queries import (
    Images,
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

JOB = "hashes"  # what the names of jobs of several processes begin with
CHUNK = 64  # images that a process gets at once
_PAGE = 20_000  # images read and written at once


def hash_images(session: Session, images: Images, *, perceptual: bool) -> list[Issue]:
    """Compute the hashes that images lack, and keep them in the index.

    Those of a file that has changed since are computed again. What was computed is committed every
    20,000 images, so that a kill loses little.

    Args:
        session: The index.
        images: A query of the images (pk).
        perceptual: Whether the perceptual hash is computed beside the SHA-256 of the file.

    Returns:
        The images that cannot be read. They are tried again the next time.

    Raises:
        UnwritableError: The index cannot be written; no image was read.
    """
    count = _request(session, images, perceptual)
    issues = []
    tasks = batches(_tasks(session, perceptual, images), CHUNK)
    hashed = in_processes(hash_all, tasks, workers=None, chunk=1)
    with closing(hashed), session.progress("image hashes", count, "images") as advance:
        for batch in batches(chain.from_iterable(hashed), _PAGE):
            with session.write(of=WRITTEN) as connection:
                store(connection, batch)
            issues += issues_of(batch)
            advance(len(batch))
    return issues


def forget_stale_hashes(session: Session, images: Images) -> None:
    """Delete the hashes of those of the images (pk) whose file has changed since.

    Raises:
        UnwritableError: There are some, and the index cannot be written.
    """
    try:
        forget_changed(session, images)
    except DBAPIError as error:
        raise unwritable(error) from None


def unwritable(error: DBAPIError) -> UnwritableError:
    """Return the error of an index that cannot be written; raises any other one again."""
    if not database_errors.is_unwritable(error):
        raise error
    return UnwritableError(f"the index: {database_errors.describe(error)}")


def issues_of(hashed: list[Hashed]) -> list[Issue]:
    """Return the images that could not be read."""
    return [
        Issue(one.task.dataset, one.task.file_name, reason=one.reason)
        for one in hashed
        if one.reason is not None
    ]


def tasks_of(session: Session, rows: list[Row], *, perceptual: bool) -> list[HashTask]:
    """Return what is to be done with the rows of `missing`, in an order to read the images."""
    tasks = []
    for image_pk, dataset, root, name, lacks_perceptual, *location in rows:
        source = locate(str(session.root / root), name, Location(*location))
        wanted = perceptual and bool(lacks_perceptual)
        tasks.append((HashTask(image_pk, dataset, name, source, wanted), source))
    return [task for task, _ in sorted_by_offset(tasks)]


def store(connection: Connection, hashed: list[Hashed]) -> None:
    """Keep hashes, and the state that each file had."""
    rows = [
        {"image": one.task.key, "content": one.sha256, "looks": one.perceptual} for one in hashed
    ]
    states = [(one.task.key, *one.state) for one in hashed if one.state is not None]
    connection.execute(put_hashes(), rows)
    store_states(connection, states)


def _request(session: Session, images: Images, perceptual: bool) -> int:
    """Make rows for what is to be computed; return how many images lack something."""
    try:
        forget_changed(session, images)
        with session.write(of=WRITTEN) as connection:
            connection.execute(delete_requested(JOB))
            connection.execute(request(images))
            lacking = missing_count(perceptual=perceptual, among=images)
            count: int = connection.execute(lacking).scalar_one()
    except DBAPIError as error:
        raise unwritable(error) from None
    return count


def _tasks(session: Session, perceptual: bool, images: Images) -> Iterator[HashTask]:
    """Yield what is to be done, a page at a time: no read stays open beside a write."""
    last = -1
    while True:
        with session.read() as connection:
            query = missing(last, _PAGE, perceptual=perceptual, among=images)
            page = list(stream_rows(connection, query))
        if not page:
            return
        yield from tasks_of(session, page, perceptual=perceptual)
        last = page[-1][0]
