"""The sizes of images, read from their headers once and kept in the index.

Any number of processes share that: the units of their work are blocks of images.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, Select

from ovmr_index.db.bulk import Row, insert_rows, stream_rows, update_rows
from ovmr_index.db.models import Image, UnreadableImage
from ovmr_index.db.session import Session
from ovmr_index.db.work_units import Part, Unit
from ovmr_index.images.locations import Location, locate
from ovmr_index.images.measurements import WRITTEN, forget_changed, still_there, store_states
from ovmr_index.images.size_queries import (
    BLOCK,
    add_unreadable,
    delete_readable,
    measured_among,
    unmeasured_blocks,
    unmeasured_count,
    unmeasured_images,
)
from ovmr_index.images.sizes import Measured, measured
from ovmr_index.processes import batches, collector_paused
from ovmr_index.storage.links import image_path
from ovmr_index.storage.members import ImageSource, sorted_by_offset

_AT_ONCE = 12  # blocks that are claimed, and committed
_ROOT, _PK, _NAME, _ARCHIVE = range(4)  # columns of `unmeasured_images`
_GIVEN_UP = "the processes that read it and its neighbours ended, several times"


def measure_images(session: Session, images: Select[int], scope: str) -> int:
    """Read the sizes that images lack, in several processes; others may do a part of it.

    The size of an image whose file has changed since is read again. What was read is committed
    every 12 blocks of up to 4,096 images, so that a kill loses little. Images that cannot be read
    are kept as such, and tried again the next time: until then others may report them.

    Args:
        session: The index.
        images: A query of the images (pk).
        scope: What they are; processes share the work on images of one scope.

    Returns:
        How many images had no size.
    """
    forget_changed(session, measured_among(images))
    with session.read() as connection:
        count: int = connection.execute(unmeasured_count(images)).scalar_one()
    if not count:
        return 0
    with (
        collector_paused(),
        Part.taken(session, f"sizes {scope}") as part,
        session.progress("image sizes", count, "images") as advance,
    ):
        with session.write(of=WRITTEN) as connection:
            is_first = part.begin(connection)
            part.add(connection, unmeasured_blocks(images, again=is_first))
        done = 0
        while True:
            for found in _measure(session, images, part):
                advance(found)
                done += found
            if part.is_over():
                break
        advance(max(0, count - done))
        _store_given_up(session, images, part)
    return count


def _measure(session: Session, images: Select[int], part: Part) -> Iterator[int]:
    """Measure the blocks that are free; yield how many images were looked at, as it goes on."""
    claimed: deque[Unit] = deque()
    for some in batches(measured(_claimed(session, images, part, claimed)), _AT_ONCE):
        with session.write(of=WRITTEN) as connection:
            for batch in some:
                unit = claimed.popleft()
                _store(connection, unit, batch)
                part.end(connection, unit)
        yield sum(len(batch.sizes) + len(batch.unreadable) for batch in some)


def _claimed(
    session: Session, images: Select[int], part: Part, claimed: deque[Unit]
) -> Iterator[list[tuple[int, ImageSource]]]:
    """Yield (pk, source) of the images of each block that is `claimed`, in an order to read them.

    No read stays open beside a write.
    """
    for units in part.claims(_AT_ONCE):
        query = unmeasured_images(images, [unit.number for unit in units])
        with session.read() as connection:
            rows = list(stream_rows(connection, query))
        by_block = {number: [*some] for number, some in groupby(rows, _block)}
        for unit in units:
            claimed.append(unit)
            yield _located(session, by_block.get(unit.number, []))


def _block(row: Row) -> int:
    number: int = row[_PK] // BLOCK
    return number


def _located(session: Session, rows: list[Row]) -> list[tuple[int, ImageSource]]:
    found: list[tuple[int, ImageSource]] = []
    for (root, follow_links), some in groupby(rows, itemgetter(_ROOT, -1)):
        folder = str(session.root / root)  # a Path for each image would take 8 microseconds
        found += _sources(folder, list(some), follow_links=bool(follow_links))
    return found


def _sources(
    folder: str, rows: list[Row], *, follow_links: bool
) -> Iterable[tuple[int, ImageSource]]:
    """Return (pk, source) of the images of one source, in an order to read them in."""
    if any(row[_ARCHIVE] is not None for row in rows):
        return sorted_by_offset(
            (image_pk, locate(folder, name, Location(*location)))
            for _, image_pk, name, *location in rows
        )
    before = image_path(folder, "", follow_links=follow_links)  # of the path of each file
    return [(row[_PK], before + row[_NAME]) for row in rows]


def _store(connection: Connection, unit: Unit, batch: Measured) -> None:
    """Keep the sizes of the images of a block by their pk, and why others cannot be read."""
    if batch.sizes:
        update_rows(connection, Image, ("width", "height"), batch.sizes)
        store_states(connection, batch.states)
        connection.execute(delete_readable(unit.number))
    if batch.unreadable:
        there = still_there(connection, [key for key, _ in batch.unreadable])
        rows = [one for one in batch.unreadable if one[0] in there]
        insert_rows(connection, UnreadableImage, ("image_pk", "reason"), rows, replace=True)


def _store_given_up(session: Session, images: Select[int], part: Part) -> None:
    if blocks := part.given_up():
        with session.write(of=WRITTEN) as connection:
            connection.execute(add_unreadable(images, blocks, _GIVEN_UP))
