"""The sizes of ImageNet images, read from their headers once and kept in the index."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, delete

from ovmr_index.db.bulk import Row, insert_rows, stream_rows, update_rows
from ovmr_index.db.models import Image, UnreadableImage
from ovmr_index.db.session import Session
from ovmr_index.images.locations import Location, locate
from ovmr_index.images.measurements import WRITTEN, forget_changed, still_there, store_states
from ovmr_index.images.size_queries import (
    image_synsets,
    unmeasured_count,
    unmeasured_images,
    vocabulary_images,
)
from ovmr_index.images.sizes import Measured, measured
from ovmr_index.processes import batches, collector_paused
from ovmr_index.storage.links import image_path
from ovmr_index.storage.members import ImageSource, sorted_by_offset

_COMMIT_EVERY = 12  # batches of 4,096 images
_SYNSETS = 16  # of about 1,200 images each
_PK, _NAME, _ARCHIVE = 1, 2, 3  # columns of `unmeasured_images`


def measure_images(session: Session, vocabulary_pk: int) -> None:
    """Read the sizes that the images of a vocabulary's categories lack, in several processes.

    The size of an image whose file has changed since is read again.
    What was read is committed every 50,000 images, so that a kill loses little. Images that cannot
    be read are kept as such, and tried again the next time.
    """
    forget_changed(session, vocabulary_images(vocabulary_pk))
    with session.read() as connection:
        count = connection.execute(unmeasured_count(vocabulary_pk)).scalar_one()
    if not count:
        return
    with session.write(of=WRITTEN) as connection:
        connection.execute(delete(UnreadableImage))
    with collector_paused(), session.progress("image sizes", count, "images") as advance:
        for some in batches(measured(_unmeasured(session, vocabulary_pk)), _COMMIT_EVERY):
            with session.write(of=WRITTEN) as connection:
                for batch in some:
                    _store(connection, batch)
            advance(sum(len(batch.sizes) + len(batch.unreadable) for batch in some))


def _unmeasured(session: Session, vocabulary_pk: int) -> Iterator[tuple[int, ImageSource]]:
    """Yield (pk, source) of images, some synsets at a time: no read stays open beside a write."""
    with session.read() as connection:
        synset_pks = connection.execute(image_synsets(vocabulary_pk)).scalars().all()
    for some in batches(synset_pks, _SYNSETS):
        with session.read() as connection:
            rows = list(stream_rows(connection, unmeasured_images(some)))
        for (root, follow_links), images in groupby(rows, itemgetter(0, -1)):
            folder = str(session.root / root)  # a Path for each image would take 8 microseconds
            yield from _sources(folder, list(images), follow_links=bool(follow_links))


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


def _store(connection: Connection, batch: Measured) -> None:
    """Keep the sizes of images by their pk, and why others cannot be read."""
    if batch.sizes:
        update_rows(connection, Image, ("width", "height"), batch.sizes)
        store_states(connection, batch.states)
    if batch.unreadable:
        there = still_there(connection, [key for key, _ in batch.unreadable])
        rows = [one for one in batch.unreadable if one[0] in there]
        insert_rows(connection, UnreadableImage, ("image_pk", "reason"), rows, replace=True)
