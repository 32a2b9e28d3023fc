"""The face of the index as a file in `Index`: its schema, copies of it, whether it is sound."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.arguments import naming_arguments
from ovmr_index.db import schema
from ovmr_index.db.revision import HEAD, refuse_newer
from ovmr_index.db.session import Session
from ovmr_index.errors import SchemaError

if TYPE_CHECKING:
    from ovmr_index.db.copying import CopyReport
    from ovmr_index.index.check import CheckReport


@naming_arguments
class Database:
    """The file of an index: `index.db`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __repr__(self) -> str:
        """Show the file and its schema."""
        found = self.current()[0] if self._session.exists else None
        return f"<Database {self._session.name}: schema {found or 'none'}>"

    def current(self) -> tuple[str | None, str]:
        """Return the schema revision of the index, None if it has none, and the newest revision."""
        with self._session.read() as connection:
            return schema.current(connection), HEAD

    def lacking_parts(self) -> list[str]:
        """Return the views and indexes of the newest schema that `upgrade` makes again.

        They are missing or have another form. Of an index of an older schema none is named.
        """
        with self._session.read() as connection:
            if schema.fitting_revision(connection) != HEAD:
                return []
            found = schema.lacking_parts(connection)
        return [f"{part.kind} {part.name}" for part in found]

    def upgrade(self) -> tuple[str | None, str]:
        """Upgrade the index to the newest schema; return the revisions before and after.

        What an index says of its schema is put right by its tables, and views and indexes that are
        missing or have another form are made again.

        Call `backup_before_upgrade` first, as the command does.

        Raises:
            SchemaError: The index is newer than this program, or its tables are those of no schema.
        """
        return schema.upgrade(self._session.engine)

    def backup_before_upgrade(self) -> Path | None:
        """Copy an index that `upgrade` would change beside itself; return the copy, None without.

        The copy is named by the schema that it has, and replaces no file. Raises SchemaError where
        the index is newer than this program.
        """
        found, newest = self.current()
        if found == newest and not self.lacking_parts():
            return None
        refuse_newer("the index", found)
        if not isinstance(self._session.location, Path):
            return None
        target = schema.backup_path(self._session.location, found)
        self.backup(target)
        return target

    def backup(self, target: Path) -> None:
        """Copy the whole index to a new file.

        Raises:
            UsageError: The file would be an input, or among the images of a dataset.
            OvmrIndexError: The file exists.
        """
        found, newest = self.current()
        if found == newest:  # what another one was read from is not known
            from ovmr_index.export.outputs import check_output

            check_output(self._session, target)
        with self._session.progress("copy the index", None, "MB"):
            schema.backup(self._session.engine, target)

    def copy(self, target: str | Path) -> "CopyReport":
        """Copy the whole index to a new file, or into an empty schema of PostgreSQL.

        It goes either way, with saved samples, marks, measurements and the history of ingest.
        Counts and checksums of all tables are compared at the end; a copy that is stopped or fails
        leaves nothing. Others may read the index meanwhile.

        Args:
            target: The path of a new file, or a URL: `postgresql://…/database[?schema=NAME]`.

        Raises:
            SchemaError: The index has another schema than the newest, or something is there.
            UsageError: The URL is wrong, or the file would be an input, or among the images.
            ServerError: The server cannot be reached, or refuses.
            OvmrIndexError: A row cannot be kept there.
        """
        from ovmr_index.db.copying import copy_index
        from ovmr_index.db.location import located

        found, newest = self.current()
        if found != newest:
            name = self._session.name
            refuse_newer(name, found)
            upgrade = f"`ovmr-index --db {shlex.quote(name)} db upgrade`"
            raise SchemaError(f"{name}: has schema {found or 'none'}, not {newest}; run {upgrade}")
        place = located(target)
        if isinstance(place, Path):
            from ovmr_index.export.outputs import check_output

            check_output(self._session, place)
        return copy_index(self._session, place)

    def report(self, *, exports: bool = False) -> "CheckReport":
        """Return what is wrong with the index, and what is good to know, each with what to do.

        Pages, keys and text; rows that are at odds with each other; pools against their recipe,
        saved samples against where they come from; what is stale, and what may harm the index.

        Args:
            exports: Whether the files at the usual paths are compared with the index, too.
        """
        from ovmr_index.index import check  # of all commands one needs what it reads again

        return check.check(self._session, exports=exports)

    def check(self) -> list[str]:
        """Return what is wrong with the index, as `report`; none if it is sound."""
        return self.report().problems

    def notes(self) -> list[str]:
        """Return what is no fault of a sound index, as `report`."""
        return self.report().notes
