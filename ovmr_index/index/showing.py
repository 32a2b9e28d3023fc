"""What an index looks like at a prompt and in a notebook, in whatever state it is."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from ovmr_index.db import database_errors, schema
from ovmr_index.db.driver import connect
from ovmr_index.db.models import Category, Sample
from ovmr_index.db.revision import require_head
from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, counted
from ovmr_index.index.status import read_status
from ovmr_index.ingest.stored_sources import source_names
from ovmr_index.pools.overview import pool_state
from ovmr_index.samples.saved import summaries
from ovmr_index.shown import markup
from ovmr_index.shown.readable import tables_html
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.vocabulary_queries import vocabulary_named

UNREADABLE = (OvmrIndexError, SQLAlchemyError, sqlite3.Error, OSError, UnicodeError)
_MISSING = "not there yet; call index.ingest()"


def index_line(session: Session) -> str:
    """Return the `repr` of an index: its name, its sources, its pools and samples.

    Of one that cannot be read it says why. It does not wait for one that another process locks.
    """
    return f"<Index {session.name}: {_read(session, _line)}>"


def index_html(session: Session) -> str:
    """Return an index as a notebook shows it: its sources, vocabularies and saved samples."""

    def tables(connection: Connection) -> str:
        status = read_status(connection, session.location)
        return tables_html(status.summary().tables) + _samples(connection)

    found = _read(session, tables)
    is_html = found.startswith("<")
    return markup.block(f"Index {session.name}", found if is_html else markup.note(found))


def _read(session: Session, show: Callable[[Connection], str]) -> str:
    """Return what `show` makes of the index, or what hinders that."""
    try:
        if not session.exists:
            return _MISSING
        if isinstance(session.location, Path):
            _require_unlocked(session.location)
        with session.read() as connection:
            require_head(session.name, schema.current(connection))
            return show(connection)
    except OvmrIndexError as error:
        return str(error).removeprefix(f"{session.name}: ")
    except UNREADABLE as error:
        return f"cannot be read: {database_errors.describe(error)}"


def _require_unlocked(path: Path) -> None:
    """Raise sqlite3.OperationalError at once where another process locks the index."""
    with closing(connect(path, read_only=True)) as connection:
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()


def _line(connection: Connection) -> str:
    names = ", ".join(source_names(connection)) or "no dataset; call index.ingest()"
    saved = connection.execute(select(func.count(Sample.c.pk))).scalar_one()
    parts = [names, _pools(connection), counted(saved, "saved sample") if saved else ""]
    return "; ".join(filter(None, parts))


def _pools(connection: Connection) -> str:
    """Return how many categories LVIS train has, and whether it has pools; "" without it."""
    found = connection.execute(vocabulary_named(LVIS_TRAIN)).scalar()
    if found is None:
        return ""
    held = select(func.count(Category.c.pk)).where(Category.c.vocabulary_pk == found)
    categories = counted(connection.execute(held).scalar_one(), "category", "categories")
    state = pool_state(connection, found)
    return f"{categories}, {'no pools yet' if state == 'none' else f'pools {state}'}"


def _samples(connection: Connection) -> str:
    found = summaries(connection)
    rows = [(one.name, one.k, one.seed, one.method, one.picks, one.gone) for one in found]
    columns = ("sample", "K", "seed", "method", "exemplars", "gone")
    return markup.table(columns, rows, "samples") if rows else ""
