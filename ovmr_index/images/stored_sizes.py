"""The sizes of ImageNet images, read from their headers once and kept in the index."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import delete, insert

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import UnreadableImage
from ovmr_index.db.session import Session
from ovmr_index.images.locations import Location, locate
from ovmr_index.images.measurements import forget_changed, store_states
from ovmr_index.images.size_queries import (
    image_synsets,
    unmeasured_count,
    unmeasured_images,
    vocabulary_images,
)
from ovmr_index.images.sizes import ImageSize, Unreadable, sizes
from ovmr_index.processes import batches
from ovmr_index.storage.tar_members import TarMember, sorted_by_offset

_COMMIT_EVERY = 50_000  # images
_SYNSETS = 16  # of about 1,200 images each


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
    with session.write() as connection:
        connection.execute(delete(UnreadableImage))
    with session.progress("image sizes", count, "images") as advance:
        found = sizes(_unmeasured(session, vocabulary_pk))
        for batch in batches(found, _COMMIT_EVERY):
            _store(session, batch)
            advance(len(batch))


def _unmeasured(session: Session, vocabulary_pk: int) -> Iterator[tuple[int, str | TarMember]]:
    """Yield (pk, source) of images, some synsets at a time: no read stays open beside a write."""
    with session.read() as connection:
        synset_pks = connection.execute(image_synsets(vocabulary_pk)).scalars().all()
    for some in batches(synset_pks, _SYNSETS):
        with session.read() as connection:
            rows = list(stream_rows(connection, unmeasured_images(some)))
        for root, images in groupby(rows, itemgetter(0)):
            folder = str(session.root / root)  # a Path for each image would take 8 microseconds
            yield from sorted_by_offset(
                (image_pk, locate(folder, name, Location(*location)))
                for _, image_pk, name, *location in images
            )


def _store(session: Session, found: list[ImageSize | Unreadable]) -> None:
    """Keep the sizes of images by their pk, and why others cannot be read."""
    sized = [one for one in found if isinstance(one, ImageSize)]
    measured = [(one.width, one.height, one.key) for one in sized]
    unreadable = [
        {"image_pk": one.key, "reason": one.reason} for one in found if isinstance(one, Unreadable)
    ]
    with session.write() as connection:
        if measured:
            # As the driver takes them: 1 microsecond a row, with a dictionary for each 3.
            set_size = "UPDATE images SET width = ?, height = ? WHERE pk = ?"
            connection.exec_driver_sql(set_size, measured)
            store_states(connection, ((one.key, one.state) for one in sized))
        if unreadable:
            connection.execute(insert(UnreadableImage), unreadable)
