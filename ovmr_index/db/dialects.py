"""Which database it is, and what is said in one way to SQLite and in another to PostgreSQL."""

from sqlalchemy import BigInteger, Boolean, Connection, Engine, LargeBinary, Text

from ovmr_index.db.compiled import Written
from ovmr_index.db.functions import DIGITS
from ovmr_index.db.models import DOUBLE

_DIGITS = f"substr(md5({{0}}), 1, {DIGITS})"
_MD5 = f"CAST('x' || {_DIGITS} AS bit({4 * DIGITS}))"


def is_postgresql(bind: Connection | Engine) -> bool:
    """Return whether an index is in PostgreSQL; otherwise it is in SQLite."""
    return bind.dialect.name == "postgresql"


def is_elsewhere(connection: Connection) -> bool:
    """Return whether tables are read by an engine that holds no index, as DuckDB."""
    return connection.dialect.name not in ("sqlite", "postgresql")


class DrawNumber(
    Written[int],
    kind=BigInteger(),
    sqlite="draw_number({0})",
    postgresql=f"CAST({_MD5} AS bigint)",
    duckdb=f"CAST('0x' || {_DIGITS} AS bigint)",
    spark=f"CAST(conv({_DIGITS}, 16, 10) AS bigint)",
):
    """The number of 52 bits that begins the MD5 of a text, as `functions.draw_number`."""


class BitCount(
    Written[int],
    kind=BigInteger(),
    sqlite="bit_count({0})",
    postgresql="bit_count(CAST({0} AS bit(64)))",
    duckdb="bit_count({0})",
    spark="bit_count({0})",
):
    """The number of bits that are set in a number of 64 bits."""


class Greater(
    Written[int],
    kind=BigInteger(),
    sqlite="max({0}, {1})",
    postgresql="greatest({0}, {1})",
):
    """The greater of two numbers, neither of which is null."""


class AsDouble(
    Written[float],
    kind=DOUBLE,
    sqlite="{0}",
    postgresql=(
        "least(greatest(CAST({0} AS double precision), CAST('-1e150' AS double precision)),"
        " CAST('1e150' AS double precision))"
    ),
):
    """A number of pixels to multiply by another, as doubles are: PostgreSQL keeps decimals.

    Of a damaged index it may be any number. A product that no double can be is infinite in SQLite
    and an error in PostgreSQL, which multiplies no larger ones.
    """


class IsWhole(
    Written[bool],
    kind=Boolean(),
    sqlite="(typeof({0}) = 'integer')",
    postgresql="(scale({0}) = 0)",
):
    """Whether a number of pixels is an integer as its source wrote it: 12, and not 12.0."""


class PackedDoubles(
    Written[bytes],
    kind=LargeBinary(),
    sqlite="packed_doubles({0})",
    postgresql="string_agg(float8send({0}), CAST('' AS bytea))",
):
    """The numbers of a group as doubles, in the order of its rows: see `functions.PackedDoubles`.

    Each is as `packed_double` says.
    """


def packed_double(bind: Connection) -> str:
    """Return how `PackedDoubles` has a double, as numpy calls it: of SQLite as the machine does."""
    return ">f8" if is_postgresql(bind) else "=f8"


class ByCodePoints(
    Written[str],
    kind=Text(),
    sqlite="{0}",
    postgresql='({0}) COLLATE "C"',
    duckdb="{0}",
    spark="{0}",
):
    """A text to order by, code point by code point: as SQLite does without a collation."""


class ServerTime(
    Written[float],
    kind=DOUBLE,
    sqlite="(julianday('now') - 2440587.5) * 86400",
    postgresql="CAST(extract(epoch FROM clock_timestamp()) AS double precision)",
):
    """The seconds since 1970 by the clock of the database's machine."""


class Joined(
    Written[str],
    kind=Text(),
    sqlite="group_concat({0}, {1})",
    postgresql="string_agg({0}, {1})",
):
    """The texts of a group as one, in the order of its rows, with a second text between each two.

    The rows are those of a subquery, which orders them.
    """


class TextBytes(
    Written[bytes],
    kind=LargeBinary(),
    sqlite="CAST({0} AS BLOB)",
    postgresql="convert_to({0}, 'UTF8')",
):
    """A text as bytes of UTF-8, of which SQLite knows the number without counting."""


class IsClosed(
    Written[bool],
    kind=Boolean(),
    sqlite="(substr(CAST({0} AS BLOB), -1) = X'7D')",
    postgresql="(right({0}, 1) = '}}')",
):
    """Whether a text ends with the bracket that closes a JSON object."""


class Rest(
    Written[str],
    kind=Text(),
    sqlite="CAST(substr(CAST({0} AS BLOB), 2) AS TEXT)",
    postgresql="substr({0}, 2)",
):
    """A text without its first sign, which is one byte: the bracket that opens a JSON object."""


class PlaceOf(
    Written[int],
    kind=BigInteger(),
    sqlite="instr({0}, {1})",
    postgresql="strpos({0}, {1})",
):
    """Where a second text is in a first one, from 1; 0 where it is not. Case matters."""


class Quoted(
    Written[str],
    kind=Text(),
    sqlite="json_quote({0})",
    postgresql="CAST(to_json(CAST({0} AS text)) AS text)",
):
    """A text as JSON."""


class LikeInAnyCase(
    Written[bool],
    kind=Boolean(),
    sqlite="({0} LIKE {1})",
    postgresql="({0} ILIKE {1} ESCAPE '')",
):
    """Whether a text is like a pattern whatever the case of its letters, and not of ASCII's alone.

    As quick as that is only where no function is called for each row, as ILIKE of SQLAlchemy does.
    """
