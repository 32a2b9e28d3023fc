"""Hashes of pictures, computed once in several processes and kept in the index.

The perceptual hash is the difference hash of Neal Krawetz, "Kind of Like That" (2013): Pillow makes
the picture grey and 9 x 8 pixels large, and each of 64 bits tells whether a pixel is darker than
the next of its row.
"""

from collections.abc import Iterator
from contextlib import closing

from sqlalchemy import CompoundSelect, Select
from sqlalchemy.exc import OperationalError

from ovmr_index.db import sqlite_errors
from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import Problem, UnwritableError
from ovmr_index.images.hash import Hashed, HashTask, hash_image
from ovmr_index.images.hash_queries import (
    delete_requested,
    missing,
    missing_count,
    request,
)
from ovmr_index.processes import batches, in_processes
from ovmr_index.storage.tar_members import (
    locate,
    sorted_by_offset,
)

_PAGE = 20_000  # pictures read and written at once
_CHUNK = 64


def hash_images(
    session: Session,
    pictures: Select[int] | CompoundSelect[int],
    *,
    perceptual: bool,
    among: Select[int] | None = None,
) -> list[Problem]:
    """Compute what the pictures lack: the SHA-256 of their files, the perceptual hash if asked.

    `pictures` are rows of images. What others lack that were wanted before is computed as well,
    but where only those `among` some are to be hashed. What was computed is committed every so
    often, so that a kill loses little. Returns (dataset, file name, reason) of pictures that cannot
    be read: these are tried again the next time. Raises UnwritableError before any is read if none
    can be kept.
    """
    count = _want(session, pictures, perceptual, among)
    problems = []
    tasks = _tasks(session, perceptual, among)
    hashed = in_processes(hash_image, tasks, workers=None, chunk=_CHUNK)
    with closing(hashed), session.progress("picture hashes", count, "images") as advance:
        for batch in batches(hashed, _PAGE):
            _store(session, batch)
            for task, _, _, reason in batch:
                if reason is not None:
                    problems.append((task.dataset, task.file_name, reason))
            advance(len(batch))
    return problems


def _want(
    session: Session,
    pictures: Select[int] | CompoundSelect[int],
    perceptual: bool,
    among: Select[int] | None,
) -> int:
    """Make rows for what is to be computed; return how many pictures lack something."""
    try:
        with session.write() as connection:
            connection.execute(delete_requested())
            connection.execute(request(pictures))
            lacking = missing_count(perceptual=perceptual, among=among)
            count = connection.execute(lacking).scalar_one()
    except OperationalError as error:
        if not sqlite_errors.is_unwritable(error):
            raise
        raise UnwritableError(f"the index: {sqlite_errors.describe(error)}") from None
    return count


def _tasks(session: Session, perceptual: bool, among: Select[int] | None) -> Iterator[HashTask]:
    """Yield what is to be done, a page at a time: no read stays open beside the writes."""
    above = -1
    while True:
        with session.read() as connection:
            query = missing(above, _PAGE, perceptual=perceptual, among=among)
            page = list(stream_rows(connection, query))
        if not page:
            return
        above = page[-1][0]
        found = [(row, locate(str(session.root / row[2]), row[3], row[5:])) for row in page]
        for (image_pk, dataset, _, name, unlike, *_), source in sorted_by_offset(found):
            yield HashTask(image_pk, dataset, name, source, perceptual and bool(unlike))


def _store(session: Session, batch: list[Hashed]) -> None:
    rows = [(one.sha256, one.perceptual, one.task.image_pk) for one in batch]
    # What is None was not asked for now, or is not known still.
    keep = (
        "UPDATE image_hashes SET sha256 = coalesce(?, sha256),"
        " perceptual = coalesce(?, perceptual) WHERE image_pk = ?"
    )
    with session.write() as connection:
        connection.exec_driver_sql(keep, rows)
