"""Values of columns as PostgreSQL's texts, and back: what SQLite keeps apart stays apart."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from psycopg import Connection, ServerCursor
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from sqlalchemy import Dialect, Double, Integer, String, Text
from sqlalchemy.types import TypeEngine

from ovmr_index.db.models.base import AnyNumber
from ovmr_index.db.number_text import NEGATIVE_ZERO, number_text

_NEGATIVE_ZERO = NEGATIVE_ZERO.encode()
NULL = r"\N"
_SPECIAL = re.compile(r"[\\\t\n\r]")
# What is no plain number to Python or to NUMERIC: 1e+22, nan, True, None; and -0.0.
_ODD = re.compile(r"[a-z]|-0\.0(?![0-9])")
_ESCAPES = (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))


class _NumberLoader(Loader):
    """A number is an int without a point and a float with one, as it was written; so are sums."""

    def load(self, data: Buffer) -> int | float:
        """Return the number that a text is."""
        text = bytes(data)
        if b"." not in text and not text[-1:].isalpha():  # as of -Infinity
            return int(text)
        return float(text) if text != _NEGATIVE_ZERO else -0.0


class _TruthLoader(Loader):
    """What is true or false is 1 or 0, as SQLite has it."""

    def load(self, data: Buffer) -> int:
        """Return what a text says."""
        return int(bytes(data) == b"t")


class _RowsCursor(ServerCursor[tuple[Any, ...]]):
    """A cursor whose rows have the values that those of SQLite have."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.adapters.register_loader("bool", _TruthLoader)

    def fetchmany(self, size: int = 0) -> list[tuple[Any, ...]]:
        """Return the next rows; nothing is looked at ahead, as SQLAlchemy would with one row."""
        return [] if size == 1 else super().fetchmany(size)


class OneText(String):
    """A text that is bound: a list is none, though PostgreSQL would take it for the text `{…}`."""

    render_bind_cast = True

    def bind_processor(self, _: Dialect) -> Callable[[Any], Any]:
        """Return what refuses a list, as SQLite's driver does."""
        return _not_several


def _not_several(value: Any) -> Any:
    if isinstance(value, list | tuple | dict | set):
        raise TypeError(f"a {type(value).__name__} is no text")
    return value


def register(connection: Connection[Any]) -> None:
    """Let a connection give numbers as SQLite does, and its streamed rows what is true as 1."""
    connection.adapters.register_loader("numeric", _NumberLoader)
    connection.server_cursor_factory = _RowsCursor


def copied(kind: TypeEngine[Any], column: Sequence[Any]) -> list[str]:
    """Return the values of a column of a kind as `COPY` reads them."""
    found = _texts(kind, column)
    if isinstance(kind, Text) and _SPECIAL.search("".join(filter(None, found))):
        found = _each(_escaped, found)
    return [NULL if text is None else text for text in found]


def _texts(kind: TypeEngine[Any], column: Sequence[Any]) -> list[str | None]:
    if isinstance(kind, Integer):
        return _each(int.__repr__, column)
    if isinstance(kind, AnyNumber):
        found = [*map(repr, column)]
        return _each(number_text, column) if _ODD.search(" ".join(found)) else [*found]
    return _each(repr, column) if isinstance(kind, Double) else [*column]


def _each(convert: Callable[[Any], str], column: Sequence[Any]) -> list[str | None]:
    if None in column:
        return [None if value is None else convert(value) for value in column]
    return [*map(convert, column)]


def _escaped(text: str) -> str:
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return text
