"""The sizes of ImageNet pictures, read from their headers once and kept in the index."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import delete, insert

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import UnreadableImage
from ovmr_index.db.session import Session
from ovmr_index.images.size_queries import picture_synsets, unmeasured_count, unmeasured_pictures
from ovmr_index.images.sizes import Sized, sizes
from ovmr_index.processes import batches
from ovmr_index.storage.tar_members import TarMember, locate, sorted_by_offset

_COMMIT_EVERY = 50_000
_SYNSETS = 16  # of about 1,200 pictures each


def measure_images(session: Session, vocabulary_pk: int) -> None:
    """Read the sizes that the pictures of a vocabulary's categories lack, in parallel processes.

    What was read is committed every so often, so that a kill loses little. Pictures that could not
    be read are kept as such, and tried again the next time.
    """
    with session.read() as connection:
        count = connection.execute(unmeasured_count(vocabulary_pk)).scalar_one()
    if not count:
        return
    with session.write() as connection:
        connection.execute(delete(UnreadableImage))
    with session.progress("picture sizes", count, "images") as advance:
        found = sizes(_unmeasured(session, vocabulary_pk))
        for batch in batches(found, _COMMIT_EVERY):
            _store(session, batch)
            advance(len(batch))


def _unmeasured(session: Session, vocabulary_pk: int) -> Iterator[tuple[int, str | TarMember]]:
    """Yield (picture row, source), some synsets at a time: no read stays open beside the writes."""
    with session.read() as connection:
        synset_pks = connection.execute(picture_synsets(vocabulary_pk)).scalars().all()
    for start in range(0, len(synset_pks), _SYNSETS):
        with session.read() as connection:
            query = unmeasured_pictures(synset_pks[start : start + _SYNSETS])
            rows = list(stream_rows(connection, query))
        for root, pictures in groupby(rows, itemgetter(0)):
            folder = str(session.root / root)  # a Path for each picture would take 8 microseconds
            yield from sorted_by_offset(
                (picture_pk, locate(folder, name, place))
                for _, picture_pk, name, *place in pictures
            )


def _store(session: Session, found: list[Sized]) -> None:
    """Keep (row, width, height) of pictures, or (row, reason) of those that cannot be read."""
    measured = [(row[1], row[2], row[0]) for row in found if len(row) == 3]
    unreadable = [{"image_pk": row[0], "reason": row[1]} for row in found if len(row) == 2]
    with session.write() as connection:
        if measured:
            # As the driver takes them: 1 microsecond a row, with a dictionary for each 3.
            sizes_by_row = "UPDATE images SET width = ?, height = ? WHERE pk = ?"
            connection.exec_driver_sql(sizes_by_row, measured)
        if unreadable:
            connection.execute(insert(UnreadableImage), unreadable)
