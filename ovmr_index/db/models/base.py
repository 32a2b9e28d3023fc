"""What all models stand on: types of columns, names of constraints, the forms of tables."""

import re
from typing import Any, ClassVar

from sqlalchemy import (
    REAL,
    BigInteger,
    Double,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    text,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import UserDefinedType


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


# SQLite's integers have 64 bits, and only under this name are they a row's own number.
WHOLE = BigInteger().with_variant(Integer(), "sqlite")
DOUBLE = Double[float]().with_variant(REAL(), "sqlite")
PIXELS = AnyNumber().with_variant(Numeric(), "postgresql")


class Base(DeclarativeBase):
    """Declarative base: text is TEXT, numbers have 64 bits, constraints have names."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: WHOLE,
        float: DOUBLE,
    }


def table(model: type[Base]) -> Table:
    """Return the table of a model."""
    found = model.__table__
    assert isinstance(found, Table)
    return found


def index_where(name: str, where: str, *columns: str, unique: bool = False) -> Index:
    """Return a partial index: it holds only the rows of which its condition is true."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where))


def strict(*constraints: Any, rowid: bool = True) -> tuple[Any, ...]:
    """Return the arguments of a STRICT table; without a `rowid` it is its primary key."""
    return (*constraints, {"sqlite_strict": True, "sqlite_with_rowid": rowid})
