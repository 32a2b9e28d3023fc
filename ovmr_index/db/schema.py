"""The schema of an index: how it is made, upgraded and copied."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from errno import EEXIST
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, StaticPool, create_engine, text

from ovmr_index.db import postgresql_schema, shape, statistics
from ovmr_index.db.dialects import is_postgresql
from ovmr_index.db.engine import driver_connection, open_engine, reading, writing
from ovmr_index.db.location import Location
from ovmr_index.db.postgresql_driver import VERSIONS
from ovmr_index.db.postgresql_errors import DUMP
from ovmr_index.db.revision import (
    APPLICATION_ID,
    HEAD,
    config_of_migrations,
    known_revisions,
    refuse_newer,
    revision_of,
)
from ovmr_index.errors import OvmrIndexError, SchemaError, command, option, os_reason
from ovmr_index.storage.atomic import sync_folders
from ovmr_index.storage.partial import clear_partials, partial_path

FIRST_IN_POSTGRESQL = "0009"
_MOST_BACKUPS = 1_000
JOURNALS = ("-journal", "-wal", "-shm")  # what SQLite puts beside a file
PAGE_BYTES = 8_192  # polygons of 800 bytes waste less of a page of 8 KiB than of one of 4


def current(connection: Connection) -> str | None:
    """Return the revision of an open index, as `revision_of`."""
    if is_postgresql(connection):
        return " and ".join(connection.exec_driver_sql(VERSIONS).scalars()) or None
    return revision_of(driver_connection(connection))


def parts_of(connection: Connection) -> shape.Parts:
    """Return what an open index is made of."""
    if is_postgresql(connection):
        return postgresql_schema.parts_of(connection)
    return shape.parts_of(connection)


def fitting_revision(connection: Connection) -> str | None:
    """Return the newest revision whose tables an open index has, whatever it says of itself."""
    found = parts_of(connection)
    fitting = (
        one
        for one in known_revisions()
        if _is_of(connection, one) and not shape.tables_differ(found, parts_at(one, connection))
    )
    return next(fitting, None)


def _is_of(connection: Connection, revision: str) -> bool:
    """Return whether an index of a revision can be in this database."""
    return revision >= FIRST_IN_POSTGRESQL or not is_postgresql(connection)


def parts_at(revision: str, connection: Connection) -> shape.Parts:
    """Return what an index of a revision is made of in the database of a connection."""
    if is_postgresql(connection):
        return postgresql_schema.parts_at(connection, revision, _migrate)
    return _parts_in_sqlite()[revision]


@cache
def _parts_in_sqlite() -> dict[str, shape.Parts]:
    """Return what an index of each revision is made of: each is a step on the way to the newest."""
    parts: dict[str, shape.Parts] = {}
    engine = create_engine("sqlite://", poolclass=StaticPool)

    def keep(step: Any, **_: Any) -> None:
        parts[step.up_revision_id] = shape.parts_of(connection)

    with engine.connect() as connection:
        _migrate(connection, HEAD, keep)
    engine.dispose()
    return parts


def create(location: Location, fill: Callable[[Connection], None]) -> None:
    """Make an index, filled by `fill`: whole, or not at all.

    A link that leads to no file yet stays, and the index is made where it leads to. Raises
    SchemaError if there is something already, or the folder cannot be written, and ServerError
    where the role may make no tables.
    """
    if isinstance(location, Path):
        _create_file(location, fill)
    else:
        postgresql_schema.create(location, _migrate, fill)


def _create_file(path: Path, fill: Callable[[Connection], None]) -> None:
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    partial = partial_path(path)
    clear_partials(path.parent, (path.name,))
    try:
        partial.write_bytes(b"")
        _create(partial, fill)
        _put(partial, path)
    except FileExistsError:
        raise SchemaError(f"{path}: there is a file already; run the command again") from None
    except FileNotFoundError:
        advice = f"make it, or give another {option('db')}"
        raise SchemaError(f"{path}: there is no folder {path.parent}; {advice}") from None
    except OSError as error:
        raise SchemaError(f"{path}: {os_reason(error)}; give another {option('db')}") from None
    finally:
        _remove(partial)


def _put(partial: Path, path: Path) -> None:
    """Give a file its name unless there is one; some file systems have no links to do it with."""
    try:
        os.link(partial, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError(EEXIST, os.strerror(EEXIST)) from None
        partial.rename(path)
    sync_folders([path.parent])


def _remove(partial: Path) -> None:
    """Delete a file that was given its name, or not, and the journal of one that was not."""
    for suffix in ("", *JOURNALS):
        with suppress(OSError):
            partial.with_name(f"{partial.name}{suffix}").unlink()


def _create(path: Path, fill: Callable[[Connection], None]) -> None:
    with _opened(path) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.close()
    engine = open_engine(path)
    with writing(engine, bulk=True) as opened:
        _migrate(opened, "head")
        fill(opened)


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring an index to the newest revision; return the revision before and after.

    What an index says of its revision is put right by the tables that it has. Views and indexes
    that are missing or have another form are made again; both hold nothing of their own.

    In SQLite foreign keys are off meanwhile, since a table that is rebuilt must not empty its
    children; they are all checked before the upgrade is kept. Raises SchemaError if one is broken,
    or if the index is newer than this program, or its tables are those of no revision.
    """
    with writing(engine, bulk=True) as connection:
        before = current(connection)
        refuse_newer("the index", before)
        _restore_version(connection, before)
        _migrate(connection, "head")
        _remake(connection, parts_at(HEAD, connection))
        broken = [] if is_postgresql(connection) else _broken_rows(connection)
        if broken:
            raise SchemaError(f"the upgrade would break {len(broken)} rows; nothing was changed")
        if before != HEAD:
            statistics.refresh(connection)
        return before, HEAD


def lacking_parts(connection: Connection) -> list[shape.PartName]:
    """Return the views and indexes of the newest schema that `upgrade` makes again."""
    return shape.parts_to_remake(parts_of(connection), parts_at(HEAD, connection))


def _remake(connection: Connection, wanted: shape.Parts) -> None:
    (postgresql_schema if is_postgresql(connection) else shape).remake(connection, wanted)


def _restore_version(connection: Connection, said: str | None) -> None:
    """Have an index be of the revision of its tables; raises SchemaError where they have none."""
    found = parts_of(connection)
    if said is None and not found:
        return
    fitting = fitting_revision(connection)
    if fitting is None:
        wanted = parts_at(nearest_revision(connection, said), connection)
        first = shape.tables_differ(found, wanted)[0]
        raise SchemaError(f"{first}: nothing was changed; {shape.how_to_remake()}")
    _remake(connection, parts_at(fitting, connection))
    if said != fitting:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        _stamp(connection, fitting)


def nearest_revision(connection: Connection, said: str | None) -> str:
    """Return the revision that an index says it has, the newest where it can have none such."""
    if said is None or said not in known_revisions() or not _is_of(connection, said):
        return HEAD
    return said


def backup(engine: Engine, target: Path) -> None:
    """Copy the index to `target`, whole, while others may read it.

    Raises OvmrIndexError if there is a file already, or no folder for it, and for an index in
    PostgreSQL, which its own programs copy.
    """
    if engine.dialect.name == "postgresql":
        raise OvmrIndexError(
            f"an index in PostgreSQL is no file; copy it by `{DUMP}`, or into a file by"
            f" {command('db copy', 'URL', 'FILE')}"
        )
    if os.path.lexists(target):
        raise OvmrIndexError(f"{target}: there is a file already; give another name")
    if not target.parent.is_dir():
        raise OvmrIndexError(f"{target.parent}: there is no such folder; make it, or give another")
    partial = partial_path(target)
    clear_partials(target.parent, (target.name,))
    try:
        with engine.connect() as connection, closing(_opened(partial)) as copy:
            driver_connection(connection).backup(copy)
        _put(partial, target)
    except FileExistsError:
        raise OvmrIndexError(f"{target}: there is a file already; give another name") from None
    finally:
        _remove(partial)


def _opened(path: Path) -> sqlite3.Connection:
    """Open a file that may be new: what begins with a slash is a path to SQLite, not a URI."""
    return sqlite3.connect(path.absolute())


def backup_path(path: Path, revision: str | None) -> Path:
    """Return the name of a copy of the index at `path` beside it, which no file has yet."""
    stem = f"{path.stem}.{revision or 'none'}"
    names = (stem, *(f"{stem}.{number}" for number in range(2, _MOST_BACKUPS)))
    for name in names:
        if not (target := path.with_name(f"{name}{path.suffix}")).exists():
            return target
    raise SchemaError(f"{path}: has {_MOST_BACKUPS} backups beside it; delete some of them")


def integrity(engine: Engine) -> list[str]:
    """Return what is wrong with an index: damaged pages, broken foreign keys; empty if sound.

    PostgreSQL looks after its pages by itself.
    """
    with reading(engine) as connection:
        if is_postgresql(connection):
            return postgresql_schema.broken_keys(connection)
        pages = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        keys = _broken_rows(connection)
    problems = [str(line) for line in pages if line != "ok"]
    return problems + [f"{row[0]}: row {row[1]} points to no row of {row[2]}" for row in keys]


def _broken_rows(connection: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    return connection.execute(text("PRAGMA foreign_key_check")).fetchall()


def _migrate(
    connection: Connection, revision: str, after_each: Callable[..., None] | None = None
) -> None:
    """Bring an index to a revision; `after_each` is called as Alembic's `on_version_apply`."""
    from alembic import command as alembic

    config = config_of_migrations()
    config.attributes["connection"] = connection
    config.attributes["on_version_apply"] = after_each
    alembic.upgrade(config, revision)


def _stamp(connection: Connection, revision: str) -> None:
    from alembic import command as alembic

    config = config_of_migrations()
    config.attributes["connection"] = connection
    alembic.stamp(config, revision)
