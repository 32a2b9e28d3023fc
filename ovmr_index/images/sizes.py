"""The sizes of ImageNet pictures, read from their headers once and kept in the index."""

from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter

from sqlalchemy import delete, insert

from ovmr_index.db.engine import reading, stream_rows, writing
from ovmr_index.db.models import UnreadablePicture
from ovmr_index.export.annotation_queries import (
    picture_synsets,
    unmeasured_count,
    unmeasured_pictures,
)
from ovmr_index.export.context import ExportJob
from ovmr_index.formats.records import TarSlice
from ovmr_index.images.header import Sized, sizes
from ovmr_index.storage.tar_members import in_tar_order, picture_source

_COMMIT_EVERY = 50_000
_SYNSETS = 16  # of about 1,200 pictures each


def measure_pictures(job: ExportJob, vocabulary_id: int) -> None:
    """Read the sizes that the pictures of a vocabulary's categories lack, in parallel processes.

    What was read is committed every so often, so that a kill loses little. Pictures that could not
    be read are kept as such, and tried again the next time.
    """
    with reading(job.engine) as connection:
        count = connection.execute(unmeasured_count(vocabulary_id)).scalar_one()
    if not count:
        return
    with writing(job.engine) as connection:
        connection.execute(delete(UnreadablePicture))
    with job.progress("picture sizes", count, "images") as advance:
        found = sizes(_unmeasured(job, vocabulary_id))
        while batch := list(islice(found, _COMMIT_EVERY)):
            _store(job, batch)
            advance(len(batch))


def _unmeasured(job: ExportJob, vocabulary_id: int) -> Iterator[tuple[int, str | TarSlice]]:
    """Yield (picture row, source), some synsets at a time: no read stays open beside the writes."""
    with reading(job.engine) as connection:
        synset_ids = connection.execute(picture_synsets(vocabulary_id)).scalars().all()
    for start in range(0, len(synset_ids), _SYNSETS):
        with reading(job.engine) as connection:
            query = unmeasured_pictures(synset_ids[start : start + _SYNSETS])
            rows = list(stream_rows(connection, query))
        for root, pictures in groupby(rows, itemgetter(0)):
            folder = str(job.root / root)  # a Path for each picture would take 8 microseconds
            yield from in_tar_order(
                (picture_id, picture_source(folder, name, place))
                for _, picture_id, name, *place in pictures
            )


def _store(job: ExportJob, found: list[Sized]) -> None:
    """Keep (row, width, height) of pictures, or (row, reason) of those that cannot be read."""
    measured = [(row[1], row[2], row[0]) for row in found if len(row) == 3]
    unreadable = [{"image_id": row[0], "reason": row[1]} for row in found if len(row) == 2]
    with writing(job.engine) as connection:
        if measured:
            # As the driver takes them: 1 microsecond a row, with a dictionary for each 3.
            sizes_by_row = "UPDATE images SET width = ?, height = ? WHERE id = ?"
            connection.exec_driver_sql(sizes_by_row, measured)
        if unreadable:
            connection.execute(insert(UnreadablePicture), unreadable)
