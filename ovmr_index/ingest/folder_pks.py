"""The folders of a source, by path."""

from sqlalchemy import Connection, insert, select

from ovmr_index.db.models import (
    Folder,
)


class FolderPks:
    """The folders of a source by path; asked for one that is not there, it makes it."""

    def __init__(self, connection: Connection, source_pk: int, split: str | None) -> None:
        """Read the folders that are there."""
        self._connection, self._source_pk, self._split = connection, source_pk, split
        query = select(Folder.path, Folder.pk).where(Folder.source_pk == source_pk)
        self._ids = dict(connection.execute(query).all())

    def __getitem__(self, path: str) -> int:
        """Return the id of the folder at `path`."""
        if path not in self._ids:
            values = {"source_pk": self._source_pk, "path": path, "split": self._split}
            made = insert(Folder).values(values).returning(Folder.pk)
            self._ids[path] = self._connection.execute(made).scalar_one()
        return self._ids[path]
