"""Hashes of pictures, computed once in several processes and kept in the index.

The perceptual hash is the difference hash of Neal Krawetz, "Kind of Like That" (2013): Pillow makes
the picture grey and 9 x 8 pixels large, and each of 64 bits tells whether a pixel is darker than
the next of its row.
"""

import hashlib
import io
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import CompoundSelect, Connection, Engine, Select
from sqlalchemy.exc import OperationalError

from ovmr_index.db.engine import Query, reading, stream_rows, writing
from ovmr_index.errors import UnwritableError
from ovmr_index.formats.records import Problem, TarSlice
from ovmr_index.images.hash_queries import (
    candidate_count,
    candidate_files,
    forget_wanted,
    missing,
    missing_count,
    these_pictures,
    val_files,
    want,
)
from ovmr_index.images.header import PictureError, grey_pixels
from ovmr_index.processes import in_processes
from ovmr_index.progress import Progress
from ovmr_index.storage.tar_members import file_content, file_size, in_tar_order, picture_source

_SIDE = 8  # bits
_PAGE = 20_000  # pictures read and written at once
_CHUNK = 64
_UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY)


class HashTask(NamedTuple):
    """A picture to hash: its row, its name for messages, where to read it; perceptually or not."""

    image_id: int
    dataset: str
    file_name: str
    source: str | TarSlice
    perceptual: bool


class Hashed(NamedTuple):
    """What was computed for a task; `reason` tells why not all of it."""

    task: HashTask
    sha256: str | None = None
    perceptual: int | None = None
    reason: str | None = None


def hash_equal_sizes(
    engine: Engine, root: Path, vocabulary_id: int, progress: Progress
) -> list[Problem]:
    """Compute the SHA-256 of pictures in pools and in LVIS val that may be the same file.

    Equal files are equally large, so that only those are read whose size occurs on both sides. A
    file that is not there is none. Nothing is written where no hash is missing. Returns and raises
    what `hash_pictures` does.
    """
    with reading(engine) as connection:
        wanted = _of_equal_size(connection, root, vocabulary_id, progress)
    if not wanted:
        return []
    return hash_pictures(engine, root, these_pictures(wanted), progress, perceptual=False)


def hash_looks(
    engine: Engine, root: Path, rows: Collection[int], progress: Progress
) -> list[Problem]:
    """Compute both hashes of the pictures with these rows and of no other.

    Returns and raises what `hash_pictures` does.
    """
    these = these_pictures(rows)
    return hash_pictures(engine, root, these, progress, perceptual=True, among=these)


def hash_pictures(
    engine: Engine,
    root: Path,
    pictures: Select[int] | CompoundSelect[int],
    progress: Progress,
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
    count = _want(engine, pictures, perceptual, among)
    problems = []
    tasks = _tasks(engine, root, perceptual, among)
    hashed = in_processes(hash_picture, tasks, workers=None, chunk=_CHUNK)
    with closing(hashed), progress("picture hashes", count, "images") as advance:
        while batch := list(islice(hashed, _PAGE)):
            _store(engine, batch)
            for task, _, _, reason in batch:
                if reason is not None:
                    problems.append((task.dataset, task.file_name, reason))
            advance(len(batch))
    return problems


def hash_picture(task: HashTask) -> Hashed:
    """Compute the hashes of one picture; the reason tells what is wrong with it."""
    try:
        content = file_content(task.source)
    except OSError as error:
        return Hashed(task, reason=error.strerror or str(error))
    hashed = Hashed(task, hashlib.sha256(content).hexdigest())
    if not task.perceptual:
        return hashed
    try:
        pixels = grey_pixels(io.BytesIO(content), (_SIDE + 1, _SIDE))
    except PictureError as error:
        return hashed._replace(reason=error.reason)
    return hashed._replace(perceptual=difference_hash(pixels))


def difference_hash(pixels: bytes) -> int:
    """Return the hash of 9 x 8 grey pixels, given row by row, as a signed integer of 64 bits."""
    bits = 0
    for row in range(0, len(pixels), _SIDE + 1):
        for left in range(row, row + _SIDE):
            bits = bits << 1 | (pixels[left] < pixels[left + 1])
    return bits - (bits >> 63 << 64)


def _of_equal_size(
    connection: Connection, root: Path, vocabulary_id: int, progress: Progress
) -> set[int]:
    """Return the pictures without SHA-256 whose size is that of one on the other side."""
    unhashed_of_val: defaultdict[int, list[int]] = defaultdict(list)
    for row, lacks, size in _sizes(connection, root, val_files()):
        if size is not None:
            unhashed_of_val[size] += [row] if lacks else []
    if not unhashed_of_val:
        return set()
    # A candidate whose hash is known matters only as long as one of val's is not.
    unhashed = not any(unhashed_of_val.values())
    count = connection.execute(candidate_count(vocabulary_id, unhashed=unhashed)).scalar_one()
    query = candidate_files(vocabulary_id, unhashed=unhashed)
    wanted: set[int] = set()
    with progress("sizes of pictures", count, "images") as advance:
        for row, lacks, size in _sizes(connection, root, query):
            if size is not None and size in unhashed_of_val:
                wanted.update(unhashed_of_val[size], [row] if lacks else [])
            advance(1)
    return wanted


def _sizes(
    connection: Connection, root: Path, files: Query
) -> Iterator[tuple[int, bool, int | None]]:
    """Yield (row, whether the SHA-256 is missing, size in bytes) of pictures; None without file."""
    for row, lacks, folder, name, *place in stream_rows(connection, files):
        try:
            size = file_size(picture_source(f"{root}/{folder}", name, place))
        except OSError:
            size = None
        yield row, bool(lacks), size


def _want(
    engine: Engine,
    pictures: Select[int] | CompoundSelect[int],
    perceptual: bool,
    among: Select[int] | None,
) -> int:
    """Make rows for what is to be computed; return how many pictures lack something."""
    try:
        with writing(engine) as connection:
            connection.execute(forget_wanted())
            connection.execute(want(pictures))
            lacking = missing_count(perceptual=perceptual, among=among)
            count = connection.execute(lacking).scalar_one()
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF not in _UNWRITABLE:
            raise
        raise UnwritableError(
            f"the index: {error.orig}; get the permission to write, or give another --db"
        ) from None
    return count


def _tasks(
    engine: Engine, root: Path, perceptual: bool, among: Select[int] | None
) -> Iterator[HashTask]:
    """Yield what is to be done, a page at a time: no read stays open beside the writes."""
    above = -1
    while True:
        with reading(engine) as connection:
            query = missing(above, _PAGE, perceptual=perceptual, among=among)
            page = list(stream_rows(connection, query))
        if not page:
            return
        above = page[-1][0]
        found = [(row, picture_source(str(root / row[2]), row[3], row[5:])) for row in page]
        for (image_id, dataset, _, name, unlike, *_), source in in_tar_order(found):
            yield HashTask(image_id, dataset, name, source, perceptual and bool(unlike))


def _store(engine: Engine, batch: list[Hashed]) -> None:
    rows = [(one.sha256, one.perceptual, one.task.image_id) for one in batch]
    # What is None was not asked for now, or is not known still.
    keep = (
        "UPDATE picture_hashes SET sha256 = coalesce(?, sha256),"
        " perceptual = coalesce(?, perceptual) WHERE image_id = ?"
    )
    with writing(engine) as connection:
        connection.exec_driver_sql(keep, rows)
