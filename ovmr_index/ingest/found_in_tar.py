"""What a tar holds, in a temporary table before it is compared with the index.

There images come into the order of their folders, in bounded memory, and of two with one name the
later counts, as when a tar is unpacked; the earlier is said.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Table, Text, delete, func, select

from ovmr_index.db.bulk import Row, insert_rows, recreate, stream_rows
from ovmr_index.db.models import WHOLE
from ovmr_index.errors import counted
from ovmr_index.formats.left_out import LeftOut
from ovmr_index.formats.tree_records import ArchiveBatch, ArchivedFolder

_FOUND = Table(
    "tmp_found_in_tar",
    MetaData(),
    Column("folder", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("position", WHOLE, primary_key=True),
    Column("offset", WHOLE, nullable=False),
    Column("size", WHOLE, nullable=False),
    Column("above", Text, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
_COLUMNS = tuple(column.name for column in _FOUND.columns)
_TWICE = "is in the archive again; the last one is read, as when it is unpacked"


class FoundInTar:
    """The folders and images of one tar after another, as they are met.

    `has_images` says whether there were any in this one.
    """

    def __init__(self, connection: Connection) -> None:
        """Make the table; tars follow by the thousand."""
        self._connection = connection
        self.has_images = False
        self._folders: dict[str, ArchivedFolder] = {}
        self._left_out = LeftOut(Path(), [])
        self._position = 0
        recreate(connection, _FOUND)

    def start(self, folder: ArchivedFolder | None, left_out: LeftOut) -> None:
        """Hold nothing; `folder` is the class of a tar that has one.

        Images that give way to others are put into `left_out`.
        """
        self._connection.execute(delete(_FOUND))
        self.has_images = False
        self._folders = {} if folder is None else {folder.path: folder}
        self._left_out = left_out
        self._position = 0

    def add(self, batch: ArchiveBatch) -> None:
        """Add some images of the tar, and the folders that they are in."""
        for met in batch.folders:
            self._folders.setdefault(met.path, met)
        rows: list[Row] = []
        for folder, name, offset, size, above in batch.images:
            if self._folders.setdefault(folder.path, folder) != folder:  # a second tar of the class
                rows = self._without_first(folder, rows)
            self._position += 1
            rows.append((folder.path, name, self._position, offset, size, above))
        self._insert(rows)

    def _insert(self, rows: list[Row]) -> None:
        self.has_images |= bool(rows)
        insert_rows(self._connection, _FOUND, _COLUMNS, rows)

    def _without_first(self, folder: ArchivedFolder, rows: list[Row]) -> list[Row]:
        """Drop what was found of a class that comes again; return the rows to insert."""
        self._insert(rows)
        mine = _FOUND.c.folder == folder.path
        count = select(func.count(_FOUND.c.name.distinct())).where(mine)
        lost = self._connection.execute(count).scalar_one()
        if lost:
            images = counted(lost, "image")
            reason = f"is in the archive twice; the last one is read, not the {images} before it"
            self._left_out.add(folder.path, reason)
        self._connection.execute(delete(_FOUND).where(mine))
        self._folders[folder.path] = folder
        return []

    def folders(self) -> list[ArchivedFolder]:
        """Return the folders, ordered by path."""
        return sorted(self._folders.values())

    def members(self, folder: ArchivedFolder) -> Mapping[str, Row]:
        """Return (offset, size) in bytes of a folder's images, by name and ordered by it."""
        query = (
            select(_FOUND.c.name, _FOUND.c.offset, _FOUND.c.size, _FOUND.c.above)
            .where(_FOUND.c.folder == folder.path)
            .order_by(_FOUND.c.name, _FOUND.c.position)
        )
        rows = stream_rows(self._connection, query)
        return {name: (offset, size) for name, offset, size in self._last(folder, rows)}

    def _last(self, folder: ArchivedFolder, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield (name, offset, size) of the last image of each name; the others are left out.

        A hard link to what has its name already is the same image.
        """
        before: Row | None = None
        for row in rows:
            if before is not None and before[0] == row[0] and before[1] != row[1]:
                self._give_way(folder, before, row)
            before = row
            yield row[:3]

    def _give_way(self, folder: ArchivedFolder, before: Row, row: Row) -> None:
        (name, _, _, above), last = before, row[3]
        reason = _TWICE
        if above != last:
            where = f"the folder {last} of the archive" if last else "no folder of the archive"
            reason = f"has the name of a later image here, which is in {where} and is read"
        inner = "" if folder.offset is None else folder.path
        self._left_out.add("/".join(filter(None, (inner, above, name))), reason)
