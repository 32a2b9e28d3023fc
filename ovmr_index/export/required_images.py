"""The picture files that samples, pools or categories need, and where each of them lies."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.export.required_image_queries import REQUIRED, required_count, required_images
from ovmr_index.images.locations import Location, has_archives, locate
from ovmr_index.samples.exemplars import CategoryExemplars
from ovmr_index.storage.tar_members import TarMember, TarMembers


class RequiredImage(NamedTuple):
    """A picture: `file_name` lies below the dataset's root, `source` is its path or its slice."""

    dataset: str
    file_name: str
    source: str | TarMember


def begin_required(connection: Connection) -> None:
    """Make the temporary table of what is needed, empty."""
    REQUIRED.drop(connection, checkfirst=True)
    REQUIRED.create(connection)


def require_exemplars(connection: Connection, picks: Iterable[CategoryExemplars]) -> None:
    """Add the pictures of a sample."""
    known = {(pick.dataset, pick.file_name) for one in picks for pick in one.exemplars}
    rows = [(dataset, *_split(file_name)) for dataset, file_name in sorted(known)]
    if rows:
        add = "INSERT OR IGNORE INTO required_images VALUES (?, ?, ?)"
        connection.exec_driver_sql(add, rows)


def count_required(connection: Connection) -> int:
    """Return how many pictures were added."""
    return connection.execute(required_count()).scalar_one()


def required(connection: Connection, root: Path) -> Iterator[RequiredImage]:
    """Yield what was added, by dataset and file name; `root` is that of the index."""
    for dataset, pictures, file_name, *place in stream_rows(connection, required_images()):
        source = locate(f"{root / pictures}", file_name, Location(*place))
        yield RequiredImage(dataset, file_name, source)


def tar_members_of(
    connection: Connection, root: Path, picks: Iterable[CategoryExemplars]
) -> TarMembers:
    """Return those pictures of a sample that lie in tars."""
    if connection.execute(has_archives()).first() is None:
        return {}
    begin_required(connection)
    require_exemplars(connection, picks)
    return {
        (one.dataset, one.file_name): one.source
        for one in required(connection, root)
        if isinstance(one.source, TarMember)
    }


def _split(file_name: str) -> tuple[str, str]:
    folder, _, name = file_name.rpartition("/")
    return folder, name
