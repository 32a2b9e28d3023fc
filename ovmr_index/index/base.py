"""What every part of `Index` stands on: the file, and pools that are not stale."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine

from ovmr_index.db import schema
from ovmr_index.db.engine import open_engine, reading
from ovmr_index.errors import SchemaError, UsageError
from ovmr_index.pools import collate as collation
from ovmr_index.progress import Progress, silent
from ovmr_index.vocabularies.names import LVIS
from ovmr_index.vocabularies.vocabularies import vocabulary_row


class IndexBase:
    """An index under one root."""

    def __init__(self, root: Path, path: Path, progress: Progress = silent) -> None:
        """Use `Index.open`, which checks what is there."""
        self.root, self.path, self._progress = root, path, progress

    @classmethod
    def open(
        cls,
        root: str | Path = "datasets",
        db: str | Path | None = None,
        *,
        create: bool = True,
        progress: Progress = silent,
    ) -> Self:
        """Open the index at `db` (`<root>/ovmr.db`); with `create`, `ingest` makes it if need be.

        Raises UsageError where there is no root, SchemaError where there is no index and none is to
        be made, or where the file is no index of this program's revision.
        """
        root = Path(root)
        index = cls(root, root / "ovmr.db" if db is None else Path(db), progress)
        if not root.is_dir():
            raise UsageError(f"{root}: there is no such folder; give --root DIR")
        if index.path.exists() or not create:
            index._require_file()
            schema.check(index.path)
        return index

    @classmethod
    def open_any(cls, root: str | Path = "datasets", db: str | Path | None = None) -> Self:
        """Open an index of any revision, only to ask for it, to upgrade, copy or check the file.

        Raises SchemaError where there is no index.
        """
        root = Path(root)
        index = cls(root, root / "ovmr.db" if db is None else Path(db))
        index._require_file()
        schema.check_kind(index.path)
        return index

    @property
    def engine(self) -> Engine:
        """Return an engine on the index, for SQLAlchemy; raises SchemaError where there is none."""
        self._require_file()
        return open_engine(self.path)

    def _require_file(self) -> None:
        if not self.path.exists():
            raise SchemaError(f"{self.path}: there is no index; run `ovmr-index ingest` first")

    def _ensure_collated(self, vocabulary: str = LVIS) -> int:
        """Return the row of a vocabulary, its pools made anew if they are stale."""
        with reading(self.engine) as connection:
            vocabulary_id = vocabulary_row(connection, vocabulary)
            stale = collation.is_stale(connection, vocabulary_id)
            recipe, substitutes = collation.kept_recipe(connection, vocabulary_id)
        if stale:
            collation.collate(self.engine, vocabulary_id, recipe, substitutes, self._progress)
        return vocabulary_id

    @contextmanager
    def _collated(self, vocabulary: str = LVIS) -> Iterator[tuple[Connection, int]]:
        """Open a connection on pools of a vocabulary that are not stale."""
        vocabulary_id = self._ensure_collated(vocabulary)
        with reading(self.engine) as connection:
            yield connection, vocabulary_id
