"""What a tar holds, in a temporary table before it is compared with the index.

There images come into the order of their folders, in bounded memory, and of two with one name the
later counts, as when a tar is unpacked.
"""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, delete, insert, select

from ovmr_index.db.bulk import Row, recreate, stream_rows
from ovmr_index.formats.tree_records import ArchiveBatch, ArchivedFolder

_FOUND = Table(
    "tmp_found_in_tar",
    MetaData(),
    Column("folder", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("offset", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


class FoundInTar:
    """The folders and images of one tar after another, as they are met.

    `has_images` says whether there were any in this one.
    """

    def __init__(self, connection: Connection) -> None:
        """Make the table; tars follow by the thousand."""
        self._connection = connection
        self.has_images = False
        self._folders: dict[str, ArchivedFolder] = {}
        replace = insert(_FOUND).prefix_with("OR REPLACE")
        self._replace = str(replace.compile(dialect=connection.dialect))
        recreate(connection, _FOUND)

    def start(self, folder: ArchivedFolder | None) -> None:
        """Hold nothing; `folder` is the class of a tar that has one."""
        self._connection.execute(delete(_FOUND))
        self.has_images = False
        self._folders = {} if folder is None else {folder.path: folder}

    def add(self, batch: ArchiveBatch) -> None:
        """Add some images of the tar, and the folders that they are in."""
        for met in batch.folders:
            self._folders.setdefault(met.path, met)
        latest: dict[tuple[str, str], Row] = {}
        for folder, name, offset, size in batch.images:
            if self._folders.setdefault(folder.path, folder) != folder:  # a second tar of the class
                latest = {key: row for key, row in latest.items() if key[0] != folder.path}
                self._connection.execute(delete(_FOUND).where(_FOUND.c.folder == folder.path))
                self._folders[folder.path] = folder
            latest[folder.path, name] = (folder.path, name, offset, size)
        if latest:
            self.has_images = True
            self._connection.exec_driver_sql(self._replace, list(latest.values()))

    def folders(self) -> list[ArchivedFolder]:
        """Return the folders, ordered by path."""
        return sorted(self._folders.values())

    def members(self, folder: ArchivedFolder) -> Mapping[str, Row]:
        """Return (offset, size) in bytes of a folder's images, by name and ordered by it."""
        query = (
            select(_FOUND.c.name, _FOUND.c.offset, _FOUND.c.size)
            .where(_FOUND.c.folder == folder.path)
            .order_by(_FOUND.c.name)
        )
        return {name: (offset, size) for name, offset, size in stream_rows(self._connection, query)}
