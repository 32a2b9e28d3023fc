"""The sizes of ImageNet pictures, read from their headers once and kept in the index."""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import bindparam, delete, insert, update

from ovmr_index.db.engine import Row, reading, stream_rows, writing
from ovmr_index.db.models import Image, UnreadablePicture, table
from ovmr_index.export.job import ExportJob
from ovmr_index.pictures import sizes
from ovmr_index.queries.annotations import unmeasured_count, unmeasured_pictures

_COMMIT_EVERY = 20_000


def measure_pictures(job: ExportJob, source_id: int) -> None:
    """Read the sizes that the pictures of a file's categories lack, in parallel processes.

    What was read is committed every so often, so that a kill loses little. Pictures that could not
    be read are kept as such, and tried again the next time.
    """
    with reading(job.engine) as connection:
        count = connection.execute(unmeasured_count(source_id)).scalar_one()
    if not count:
        return
    with writing(job.engine) as connection:
        connection.execute(delete(UnreadablePicture))
    with job.progress("picture sizes", count, "images") as advance:
        found = sizes(_unmeasured(job, source_id))
        while batch := list(islice(found, _COMMIT_EVERY)):
            _store(job, batch)
            advance(len(batch))


def _unmeasured(job: ExportJob, source_id: int) -> Iterator[tuple[int, str]]:
    """Yield (picture row, path), a piece at a time: no read stays open beside the writes."""
    above = 0
    while True:
        with reading(job.engine) as connection:
            query = unmeasured_pictures(source_id, above, _COMMIT_EVERY)
            piece = list(stream_rows(connection, query))
        if not piece:
            return
        for picture_id, root, name in piece:
            yield picture_id, str(job.root / root / name)
        above = piece[-1][0]


def _store(job: ExportJob, found: list[Row]) -> None:
    """Keep (row, width, height) of pictures, or (row, reason) of those that cannot be read."""
    measured = [{"row": row[0], "w": row[1], "h": row[2]} for row in found if len(row) == 3]
    unreadable = [{"image_id": row[0], "reason": row[1]} for row in found if len(row) == 2]
    by_row = update(table(Image)).where(table(Image).c.id == bindparam("row"))
    with writing(job.engine) as connection:
        if measured:
            sizes_of = by_row.values(width=bindparam("w"), height=bindparam("h"))
            connection.execute(sizes_of, measured)
        if unreadable:
            connection.execute(insert(UnreadablePicture), unreadable)
