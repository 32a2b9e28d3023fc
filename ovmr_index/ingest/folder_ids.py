"""The folders of a source, by path."""

from sqlalchemy import Connection, insert, select

from ovmr_index.db.models import (
    Folder,
)


class FolderIds:
    """The folders of a source by path; asked for one that is not there, it makes it."""

    def __init__(self, connection: Connection, source_id: int, split: str | None) -> None:
        """Read the folders that are there."""
        self._connection, self._source_id, self._split = connection, source_id, split
        query = select(Folder.path, Folder.id).where(Folder.source_id == source_id)
        self._ids = dict(connection.execute(query).all())

    def __getitem__(self, path: str) -> int:
        """Return the id of the folder at `path`."""
        if path not in self._ids:
            values = {"source_id": self._source_id, "path": path, "split": self._split}
            made = insert(Folder).values(values).returning(Folder.id)
            self._ids[path] = self._connection.execute(made).scalar_one()
        return self._ids[path]
