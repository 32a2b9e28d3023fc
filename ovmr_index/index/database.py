"""The part of `Index` that asks the index, and looks after its file."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.db import schema
from ovmr_index.db.engine import reading
from ovmr_index.db.readonly import QueryResult, run_query
from ovmr_index.index.base import IndexBase
from ovmr_index.index.status import Status, read_status
from ovmr_index.ingest.stored_sources import lvis_source

if TYPE_CHECKING:
    from lvis import LVIS


class Database(IndexBase):
    """Questions, and the file itself."""

    def lvis(self, split: str = "train") -> "LVIS":
        """Return an object of the lvis package's class `LVIS`, filled from the index.

        Raises MissingSourceError without that split, OvmrIndexError where the package cannot be
        imported.
        """
        from ovmr_index.integrations.lvis import lvis_object

        with reading(self.engine) as connection:
            return lvis_object(connection, lvis_source(connection, split))

    def sql(
        self,
        query: str,
        params: Mapping[str, int | float | str] | None = None,
        *,
        seconds: float = 60.0,
    ) -> AbstractContextManager[QueryResult]:
        """Ask the index in SQL, read-only; the result streams until the context is left."""
        return run_query(self.path, query, params or {}, seconds=seconds)

    def status(self) -> Status:
        """Return the sources with their files and counts, the schema, whether pools are stale."""
        with reading(self.engine) as connection:
            return read_status(connection, self.path)

    def revisions(self) -> tuple[str | None, str]:
        """Return the schema revision of the index, None without one, and the newest there is."""
        with reading(self.engine) as connection:
            return schema.current(connection), schema.HEAD

    def upgrade(self) -> tuple[str | None, str]:
        """Bring the index to the newest schema; return the revision before and after.

        Raises SchemaError for an index that is newer than this program.
        """
        return schema.upgrade(self.engine)

    def backup(self, target: Path) -> None:
        """Copy the index to a new file, whole; raises OvmrIndexError if there is one already."""
        schema.backup(self.engine, target)

    def integrity(self) -> list[str]:
        """Return what is wrong with the file: damaged pages, broken keys; empty if it is sound."""
        return schema.integrity(self.engine)
