"""The picture files that samples, pools or categories need, and where each of them lies."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.export.required_image_queries import NEEDED, needed_count, needed_pictures
from ovmr_index.images.locations import has_archives
from ovmr_index.samples.exemplars import CategoryPicks
from ovmr_index.storage.tar_members import Slices, TarSlice, picture_source


class NeededPicture(NamedTuple):
    """A picture: `file_name` lies below the dataset's root, `source` is its path or its slice."""

    dataset: str
    file_name: str
    source: str | TarSlice


def begin_needed(connection: Connection) -> None:
    """Make the temporary table of what is needed, empty."""
    NEEDED.drop(connection, checkfirst=True)
    NEEDED.create(connection)


def need_picks(connection: Connection, picks: Iterable[CategoryPicks]) -> None:
    """Add the pictures of a sample."""
    known = {(pick.dataset, pick.file_name) for one in picks for pick in one.picks}
    rows = [(dataset, *_split(file_name)) for dataset, file_name in sorted(known)]
    if rows:
        add = "INSERT OR IGNORE INTO needed_pictures VALUES (?, ?, ?)"
        connection.exec_driver_sql(add, rows)


def count_needed(connection: Connection) -> int:
    """Return how many pictures were added."""
    return connection.execute(needed_count()).scalar_one()


def needed(connection: Connection, root: Path) -> Iterator[NeededPicture]:
    """Yield what was added, by dataset and file name; `root` is that of the index."""
    for dataset, pictures, file_name, *place in stream_rows(connection, needed_pictures()):
        source = picture_source(f"{root / pictures}", file_name, place)
        yield NeededPicture(dataset, file_name, source)


def slices_of(connection: Connection, root: Path, picks: Iterable[CategoryPicks]) -> Slices:
    """Return those pictures of a sample that lie in tars."""
    if connection.execute(has_archives()).first() is None:
        return {}
    begin_needed(connection)
    need_picks(connection, picks)
    return {
        (one.dataset, one.file_name): one.source
        for one in needed(connection, root)
        if isinstance(one.source, TarSlice)
    }


def _split(file_name: str) -> tuple[str, str]:
    folder, _, name = file_name.rpartition("/")
    return folder, name
