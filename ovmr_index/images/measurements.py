"""Measurements of images (sizes and hashes) and the state of the file that each was read from.

A measurement holds as long as its file has the size and time that it had. That of an image which
vanishes is kept, and holds again if the file comes back as it was.
"""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from sqlalchemy import CompoundSelect, Connection, Select, delete, select, update

from ovmr_index.db.bulk import Row, insert_rows, stream_rows, update_rows
from ovmr_index.db.engine import lock
from ovmr_index.db.json_functions import numbers, texts
from ovmr_index.db.models import (
    Image,
    ImageHash,
    KeptMeasurement,
    MeasuredFile,
    UnreadableImage,
)
from ovmr_index.db.session import Session
from ovmr_index.images.locations import Location, locate
from ovmr_index.images.measurement_queries import (
    hashed_images,
    keep_former,
    keep_query,
    kept_and_back,
    measured_count,
    measured_files,
    measured_images,
)
from ovmr_index.processes import batches
from ovmr_index.storage.file_states import FileStates

WRITTEN = "measurements"  # what is locked in PostgreSQL while some are stored or go
MOST_LOOKED_AT = 100_000  # files: half a second; a million would take longer than an export
_THREADS = 8  # a distant disk answers many questions at once
_HASHES = ("image_pk", "sha256", "perceptual")
_STATE = ("image_pk", "size", "mtime_ns")


def store_states(connection: Connection, states: list[tuple[int, int, int]]) -> None:
    """Store (pk, size in bytes, time) of the files of images that were measured just now.

    Of an image that is gone nothing is stored.
    """
    there = still_there(connection, [image_pk for image_pk, *_ in states])
    held = [state for state in states if state[0] in there]
    insert_rows(connection, MeasuredFile, _STATE, held, replace=True)


def still_there(connection: Connection, image_pks: Collection[int]) -> set[int]:
    """Return those of some images (pk) that no ingest has taken out of the index meanwhile."""
    query = select(Image.c.pk).where(Image.c.pk.in_(numbers(image_pks)))
    return {image_pk for (image_pk,) in stream_rows(connection, query)}


def changed_files(session: Session, images: Select[int] | CompoundSelect[int]) -> list[int]:
    """Return those of the images (pk) that were measured and whose file has changed since.

    Where more than 100,000 were measured their files are not looked at: a changed folder is seen by
    `ingest`, and a file that was written over in its place by `verify`. A file that is not there
    now may come back.
    """
    with session.read() as connection:
        count = connection.execute(measured_count(images, MOST_LOOKED_AT + 1)).scalar_one()
        if count > MOST_LOOKED_AT:
            return []
        rows = list(stream_rows(connection, measured_files(images)))
    with ThreadPoolExecutor(_THREADS) as pool:
        parts = batches(rows, len(rows) // _THREADS + 1)
        found = pool.map(partial(_changed, session.root), parts)
        return [image_pk for part in found for image_pk in part]


def forget_changed(session: Session, images: Select[int] | CompoundSelect[int]) -> None:
    """Delete what was measured of the images (pk) that `changed_files` finds."""
    if changed := changed_files(session, images):
        with session.write(of=WRITTEN) as connection:
            forget(connection, changed)


def _changed(root: Path, page: list[Row]) -> list[int]:
    """Return the images of (pk, root, file name, size, time, location) whose file has changed."""
    changed, states = [], FileStates()
    folders = {one: str(root / one) for one in {row[1] for row in page}}
    for image_pk, dataset_root, name, size, mtime_ns, *location in page:
        try:
            source = locate(folders[dataset_root], name, Location._make(location))
            if states.of(source) != (size, mtime_ns):
                changed.append(image_pk)
        except OSError:
            continue
    return changed


def changed_among(
    connection: Connection, folder: str, image_pks: Collection[int], *, unpacked: bool
) -> list[int]:
    """Return those of the images that were measured and have another file now.

    `folder` is where their files are. What was measured by a version that kept no state counts as
    changed: its folder has changed. Files that were `unpacked` from a tar, which had a time of its
    own, are the same if their sizes are.
    """
    rows = stream_rows(connection, measured_images(numbers(image_pks)))
    changed, same, states = [], [], FileStates()
    for image_pk, name, size, mtime_ns in rows:
        try:
            state = states.of(f"{folder}/{name}")
        except OSError:
            state = (-1, -1)
        if state == (size, mtime_ns) or (unpacked and state[0] == size):
            same.append((image_pk, *state))
        else:
            changed.append(image_pk)
    if unpacked:
        store_states(connection, same)
    return changed


def forget(connection: Connection, image_pks: Collection[int]) -> None:
    """Delete what was measured of images; the size that an annotation file gives stays."""
    lock(connection, WRITTEN)
    these = numbers(image_pks)
    for table in (ImageHash, UnreadableImage, MeasuredFile):
        connection.execute(delete(table).where(table.c.image_pk.in_(these)))
    sizes = update(Image).where(Image.c.pk.in_(these), Image.c.key.is_(None))
    connection.execute(sizes.values(width=None, height=None))


def forget_source(connection: Connection, name: str, source_pk: int) -> None:
    """Delete whatever was measured of a source's images, and kept of those that vanished."""
    query = measured_images(None).where(Image.c.source_pk == source_pk)
    forget(connection, [row[0] for row in stream_rows(connection, query)])
    connection.execute(delete(KeptMeasurement).where(KeptMeasurement.c.source == name))


def keep(connection: Connection, images: Select[int]) -> None:
    """Keep what was measured of images (pk) that are about to be deleted."""
    lock(connection, WRITTEN)
    connection.execute(keep_query(images))


def restore(connection: Connection, name: str, root: str) -> int:
    """Give back what was measured of the images of a source that have come back as they were.

    Returns their number. `root` is the folder of the images of its dataset.
    """
    of_source = select(KeptMeasurement.c.file_name).where(KeptMeasurement.c.source == name)
    is_any = connection.execute(of_source.limit(1)).first() is not None
    return _restore(connection, name, root) if is_any else 0  # without going through all images


def _restore(connection: Connection, name: str, root: str) -> int:
    sizes, hashes, states, done = [], [], [], []
    now_there = FileStates()
    for image_pk, is_measured, file_name, *rest in stream_rows(connection, kept_and_back(name)):
        size, mtime_ns, width, height, sha256, perceptual, *location = rest
        try:
            now = now_there.of(locate(root, file_name, Location._make(location)))
        except OSError:
            continue
        done.append(file_name)
        if is_measured or now != (size, mtime_ns):
            continue
        states.append((image_pk, size, mtime_ns))
        if width is not None:
            sizes.append((width, height, image_pk))
        if sha256 is not None or perceptual is not None:
            hashes.append((image_pk, sha256, perceptual))
    insert_rows(connection, MeasuredFile, _STATE, states)
    insert_rows(connection, ImageHash, _HASHES, hashes, replace=True)
    update_rows(connection, Image, ("width", "height"), sizes)
    back = delete(KeptMeasurement).where(KeptMeasurement.c.source == name)
    connection.execute(back.where(KeptMeasurement.c.file_name.in_(texts(done))))
    return len(states)


class MeasuredSource:
    """The images of an annotation source that were measured, by the files that they had."""

    def __init__(self, connection: Connection, source_pk: int, name: str) -> None:
        """Read which they are; `name` is the source's."""
        self._name = name
        query = hashed_images(source_pk)
        self._file_names: dict[int, str] = dict(stream_rows(connection, query))

    def require_files(self, connection: Connection) -> None:
        """Keep apart what was measured of images that are gone, or have another file now."""
        if not self._file_names:
            return
        these = numbers(self._file_names)
        now = select(Image.c.pk, Image.c.file_name).where(Image.c.pk.in_(these))
        files: dict[int, str] = dict(stream_rows(connection, now))
        moved = [one for one, name in self._file_names.items() if files.get(one) != name]
        if not moved:
            return
        lock(connection, WRITTEN)
        former = {one: self._file_names[one] for one in moved}
        connection.execute(keep_former(self._name, former))
        gone = numbers(moved)
        for table in (ImageHash, UnreadableImage, MeasuredFile):
            connection.execute(delete(table).where(table.c.image_pk.in_(gone)))
