"""What all tables stand on: types of columns, names of constraints, the forms of tables."""

import re
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import (
    REAL,
    BigInteger,
    Dialect,
    Double,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    TypedColumns,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator, UserDefinedType

from ovmr_index.db.number_text import number_text


def _columns(constraint: Any, _: Table) -> str:
    """Return the columns of a constraint as its name has them.

    SQLite cannot rename a constraint: its name says `_id` where the column is called `_pk` since
    revision 0003.
    """
    columns = getattr(constraint, "expressions", None) or constraint.columns
    return "_".join(re.sub("_pk$", "_id", column.name) for column in columns)


NAMES: dict[str, Any] = {
    "columns": _columns,
    "ix": "ix_%(table_name)s_%(columns)s",
    "uq": "uq_%(table_name)s_%(columns)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(columns)s",
    "pk": "pk_%(table_name)s",
}


class AnyNumber(UserDefinedType[Any]):
    """SQLite's ANY: an integer stays an integer and a float a float, as the source wrote it."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the column type of a STRICT table."""
        return "ANY"


class NumericAsWritten(TypeDecorator[Any]):
    """NUMERIC of PostgreSQL, bound by its text: a float has a point, an integer none."""

    impl = Numeric
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return a number as a decimal of its own digits: a float would lose some of them."""
        del dialect
        return None if value is None else Decimal(number_text(value))


# In PostgreSQL too text is compared code point by code point, whatever the database's own order is.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite's integers have 64 bits, and only under this name are they a row's own number.
WHOLE = BigInteger().with_variant(Integer(), "sqlite")
DOUBLE = Double[float]().with_variant(REAL(), "sqlite")
PIXELS = AnyNumber().with_variant(NumericAsWritten(), "postgresql")


_ROW_NUMBERS = 1 << 32


def row_numbers() -> Identity:
    """Return what numbers the rows of a table in PostgreSQL; SQLite numbers them by itself.

    Each number begins a range, so that many can load rows at the same time.
    """
    return Identity(increment=_ROW_NUMBERS)


METADATA = MetaData(naming_convention=NAMES)


class Columns(TypedColumns):
    """The columns of a table. `Named[int]` is not null, `Named[int | None]` may be."""

    __getattr__: Any  # without it, a type checker takes any name for a column


def index_where(name: str, where: str, *columns: str, unique: bool = False) -> Index:
    """Return a partial index: it holds only the rows of which its condition is true."""
    return Index(
        name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where)
    )


_Columns = TypeVar("_Columns", bound=Columns)


def strict_table(
    name: str, columns: type[_Columns], *constraints: SchemaItem, rowid: bool = True
) -> Table[_Columns]:
    """Return a STRICT table; without a `rowid` it is its primary key."""
    return Table(name, METADATA, columns, *constraints, sqlite_strict=True, sqlite_with_rowid=rowid)
