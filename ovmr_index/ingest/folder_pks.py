"""The folders of a source, by path."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from ovmr_index.db.bulk import insert_rows, next_pk
from ovmr_index.db.models import Folder

_FOLDER = ("pk", "source_pk", "path", "split")


class FolderPks:
    """The row numbers of a source's folders by path."""

    def __init__(self, connection: Connection, source_pk: int, split: str | None) -> None:
        """Read the folders that are there."""
        self._connection, self._source_pk, self._split = connection, source_pk, split
        query = select(Folder.c.path, Folder.c.pk).where(Folder.c.source_pk == source_pk)
        self._pks = dict(connection.execute(query).all())

    def __getitem__(self, path: str) -> int:
        """Return the row number of the folder at `path`, which is there."""
        return self._pks[path]

    def add(self, paths: Iterable[str]) -> None:
        """Insert the folders at those of `paths` that are not there."""
        new = [path for path in dict.fromkeys(paths) if path not in self._pks]
        if not new:
            return
        first = next_pk(self._connection, Folder)
        self._pks.update(zip(new, range(first, first + len(new)), strict=True))
        rows = [(self._pks[path], self._source_pk, path, self._split) for path in new]
        insert_rows(self._connection, Folder, _FOLDER, rows)
