"""Which schema revision an index has, and whether that is what this program needs.

Nothing heavy is imported to find out: it comes before all else that a command does.
"""

import sqlite3
import stat
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.db.checked import Checked, touch_of
from ovmr_index.db.driver import connect
from ovmr_index.db.location import Location
from ovmr_index.db.postgresql_driver import require_index, revision_in
from ovmr_index.errors import OvmrIndexError, SchemaError, command, option
from ovmr_index.storage.regular import refused_kind

if TYPE_CHECKING:
    from alembic.config import Config

APPLICATION_ID = 0x4F564D52  # "OVMR", so that `file` and we can tell an index from other databases
HEAD = "0009"  # the newest revision in `migrations/`, known without importing Alembic
_SQLITE_MAGIC = b"SQLite format 3\x00"
_HAS_VERSIONS = "SELECT 1 FROM pragma_table_info('alembic_version') WHERE name = 'version_num'"
_VERSIONS = "SELECT version_num FROM alembic_version ORDER BY version_num"


def revision_of(connection: sqlite3.Connection) -> str | None:
    """Return the revision of an open index, None where it has none.

    Of a damaged one that says several these are joined by `and`, which is no revision.
    """
    if connection.execute(_HAS_VERSIONS).fetchone() is None:
        return None
    return " and ".join(str(version) for (version,) in connection.execute(_VERSIONS)) or None


def check_revision(location: Location, looked: Checked | None = None) -> Checked:
    """Raise SchemaError unless there is an index of the revision that this program needs.

    Returns what was opened for it: it is closed with the last reference. On a server that is the
    connection by which the index was `looked` for, if one is given.
    """
    if not isinstance(location, Path):
        looked = looked or require_index(location)
        require_head(str(location), revision_in(location, looked.connection))
        return looked
    check_kind(location)
    before = touch_of(location)
    connection = connect(location)
    checked = Checked(connection, lambda: before is not None and before == touch_of(location))
    with ExitStack() as stack:
        stack.callback(checked.close)
        connection.execute("BEGIN")  # which undoes a write that was cut off, too
        found = revision_of(connection)
        connection.execute("ROLLBACK")
        require_head(str(location), found)
        if before is not None:
            stack.pop_all()
    return checked


def check_kind(path: Path) -> None:
    """Raise SchemaError unless `path` is a file that ovmr-index made."""
    status = path.stat()
    kind = "a folder" if stat.S_ISDIR(status.st_mode) else refused_kind(status)
    if kind is not None:  # to open a pipe would wait for whoever writes into it
        raise SchemaError(f"{path}: is {kind}, not a file; give another {option('db')}")
    with path.open("rb") as file:
        magic = file.read(72)
    if len(magic) == 0:
        raise SchemaError(f"{path}: the file is empty; delete it or give another {option('db')}")
    if not magic.startswith(_SQLITE_MAGIC):
        raise SchemaError(f"{path}: is not a SQLite database; give another {option('db')}")
    if int.from_bytes(magic[68:72], "big") != APPLICATION_ID:
        raise SchemaError(f"{path}: is a database of another program; give another {option('db')}")


def require_head(index: str | Path, found: str | None) -> None:
    """Raise SchemaError unless the revision found in an index is what this program needs."""
    if found == HEAD:
        return
    refuse_newer(str(index), found)
    raise SchemaError(
        f"{index}: has schema {found or 'none'}, this program needs {HEAD};"
        f" run {command('db upgrade')}"
    )


def refuse_newer(index: str, found: str | None) -> None:
    """Raise SchemaError for a revision that this program does not know."""
    if found is not None and not {*found.split(" and ")}.issubset(known_revisions()):
        raise SchemaError(
            f"{index}: has schema {found}, which is newer than this program's {HEAD};"
            " install a newer ovmr-index"
        )


def migrations_dir() -> Path:
    """Return the folder of the migrations: in the package (wheel), else beside it (checkout)."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "migrations", package.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise OvmrIndexError(
        "the migrations are missing from this installation; install ovmr-index again"
    )


@cache
def known_revisions() -> tuple[str, ...]:
    """Return the revisions that this program knows, the newest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(config_of_migrations())
    return tuple(script.revision for script in scripts.walk_revisions())


def config_of_migrations() -> "Config":
    """Return what Alembic needs to know to find the migrations."""
    from alembic.config import Config

    config = Config(stdout=sys.stdout)  # its default is what it was when Alembic was imported
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    return config
