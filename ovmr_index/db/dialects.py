"""Which database it is, and what is said in one way to SQLite and in another to PostgreSQL."""

from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ovmr_index.db.functions import DIGITS


def is_postgresql(bind: Connection | Engine) -> bool:
    """Return whether an index is in PostgreSQL; otherwise it is in SQLite."""
    return bind.dialect.name == "postgresql"


class DrawNumber(FunctionElement[int]):
    """The number of 52 bits that begins the MD5 of a text, as `functions.draw_number`."""

    name = "draw_number"
    type = BigInteger()
    inherit_cache = True


class BitCount(FunctionElement[int]):
    """The number of bits that are set in a number of 64 bits."""

    name = "bit_count"
    type = BigInteger()
    inherit_cache = True


class ByCodePoints(FunctionElement[str]):
    """A text to order by, code point by code point: as SQLite does without a collation."""

    name = "by_code_points"
    type = Text()
    inherit_cache = True


@compiles(DrawNumber, "sqlite")
def _number_in_sqlite(element: DrawNumber, compiler: SQLCompiler, **options: Any) -> str:
    return f"draw_number({compiler.process(element.clauses, **options)})"


@compiles(DrawNumber, "postgresql")
def _number_in_postgresql(element: DrawNumber, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    return f"CAST(CAST('x' || substr(md5({text}), 1, {DIGITS}) AS bit({4 * DIGITS})) AS bigint)"


@compiles(BitCount, "sqlite")
def _bits_in_sqlite(element: BitCount, compiler: SQLCompiler, **options: Any) -> str:
    return f"bit_count({compiler.process(element.clauses, **options)})"


@compiles(BitCount, "postgresql")
def _bits_in_postgresql(element: BitCount, compiler: SQLCompiler, **options: Any) -> str:
    return f"bit_count(CAST({compiler.process(element.clauses, **options)} AS bit(64)))"


@compiles(ByCodePoints, "sqlite")
def _text_in_sqlite(element: ByCodePoints, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(ByCodePoints, "postgresql")
def _text_in_postgresql(element: ByCodePoints, compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)}) COLLATE "C"'
