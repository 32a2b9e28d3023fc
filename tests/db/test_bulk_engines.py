"""Rows in bulk in SQLite and in PostgreSQL: what is written comes back as it was, in both."""

import sqlite3
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Identity,
    Index,
    Integer,
    MetaData,
    NullPool,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    make_url,
    select,
)
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from ovmr_index.db.bulk import (
    Prepared,
    Same,
    indexes_rebuilt,
    insert_columns,
    insert_rows,
    next_pk,
    recreate,
    stream_rows,
    update_rows,
)
from ovmr_index.db.models.base import DOUBLE, PIXELS
from ovmr_index.db.postgresql_values import register
from tests.support.databases import new_database

_WHOLE = BigInteger().with_variant(Integer(), "sqlite")
_ROWS = Table(
    "some_rows",
    MetaData(),
    Column("pk", _WHOLE, Identity(increment=2**32), primary_key=True),
    Column("offset", _WHOLE, nullable=False, server_default="0"),
    Column("label", Text),
    Column("number", PIXELS),
    Column("double", DOUBLE),
    Index("ix_label", "label"),
    sqlite_strict=True,
)
_NAMES = ("pk", "offset", "label", "number", "double")
_TEXTS = ("", "a\tb", "a\nb\r", "\\N", "\\", "\\.", "é\U0001f98a", "'\"", "null", "{}", " a ")
_NUMBERS = (
    *(0, -1, 12, 2**63 - 1, -(2**63)),
    *(0.0, -0.0, 12.0, 1e22, 1e16, 1.5e300, 5e-324, 2.2250738585072014e-308, 1e-05, 0.1),
    *(-0.01, -0.05, 123456789.12345679, 1.7976931348623157e308, 1 / 3),
)


@pytest.fixture(scope="module")
def on_server(postgresql: str) -> Iterator[Engine]:
    with new_database(postgresql) as url:
        address = make_url(url).set(drivername="postgresql+psycopg")
        engine = create_engine(address, poolclass=NullPool)
        event.listen(engine, "connect", lambda driver, _: register(driver))
        yield engine


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """Return a connection in a transaction that holds an empty table."""
    if request.param == "sqlite":
        engine = create_engine("sqlite://", poolclass=NullPool)  # each connection has its own
    else:
        engine = request.getfixturevalue("on_server")
    with engine.connect() as opened:
        _ROWS.create(opened)
        yield opened


def _stored(connection: Connection, *names: str) -> list[tuple[Any, ...]]:
    columns = (_ROWS.c[name] for name in names or _NAMES)
    return list(stream_rows(connection, select(*columns).order_by(_ROWS.c.pk)))


@pytest.mark.slow
def test_numbers_come_back_bit_for_bit(connection: Connection) -> None:
    rows = [(pk, number, float(number)) for pk, number in enumerate(_NUMBERS, 1)]
    insert_rows(connection, _ROWS, ("pk", "number", "double"), rows)
    for (_, number, double), (_, read, as_double) in zip(
        rows, _stored(connection, "pk", "number", "double"), strict=True
    ):
        assert (type(read), read) == (type(number), number)
        assert struct.pack("d", read) == struct.pack("d", number)
        assert as_double == double
    by_core = [*connection.execute(select(_ROWS.c.number).order_by(_ROWS.c.pk)).scalars()]
    assert [repr(one) for one in by_core] == [repr(number) for number in _NUMBERS]


def test_numbers_that_are_bound_come_back_bit_for_bit(connection: Connection) -> None:
    rows = [{"pk": pk, "number": number} for pk, number in enumerate(_NUMBERS, 1)]
    connection.execute(_ROWS.insert(), rows)
    update_rows(connection, _ROWS, ("double",), [(0.5, row["pk"]) for row in rows])
    assert repr(_stored(connection, "number")) == repr([(number,) for number in _NUMBERS])
    assert set(_stored(connection, "double")) == {(0.5,)}


def test_texts_come_back_as_they_were(connection: Connection) -> None:
    rows = [*enumerate((*_TEXTS, None), 1)]
    insert_rows(connection, _ROWS, ("pk", "label"), rows)
    assert _stored(connection, "pk", "label") == rows


def test_more_rows_than_are_sent_at_once(connection: Connection) -> None:
    count = 10_001
    columns = (range(1, count + 1), Same(7), [None] * count, Same("a\tb"))
    insert_columns(connection, _ROWS, ("pk", "offset", "number", "label"), columns)
    found = _stored(connection)
    assert found == [(pk, 7, "a\tb", None, None) for pk in range(1, count + 1)]


def test_true_is_one(connection: Connection) -> None:
    insert_rows(connection, _ROWS, ("pk", "offset"), [(1, True), (2, False)])
    query = select(_ROWS.c.offset, _ROWS.c.label.is_(None)).order_by(_ROWS.c.pk)
    assert repr([*stream_rows(connection, query)]) == "[(1, 1), (0, 1)]"


def test_no_rows(connection: Connection) -> None:
    insert_rows(connection, _ROWS, _NAMES, [])
    update_rows(connection, _ROWS, ("label",), [])
    assert _stored(connection) == []


def test_a_row_takes_the_place_of_one_with_its_key(connection: Connection) -> None:
    insert_rows(connection, _ROWS, ("pk", "offset", "label"), [(1, 1, "a"), (2, 2, "b")])
    insert_rows(connection, _ROWS, ("pk", "offset", "label"), [(2, 3, None)], replace=True)
    insert_columns(connection, _ROWS, ("pk", "offset"), ([3], Same(4)), replace=True)
    assert _stored(connection, "pk", "offset", "label") == [(1, 1, "a"), (2, 3, None), (3, 4, None)]


def test_columns_are_set_by_the_key(connection: Connection) -> None:
    insert_rows(connection, _ROWS, ("pk", "label"), [(pk, "a") for pk in range(1, 201)])
    rows = [(f"'{pk}'", pk, None if pk % 2 else 0.5, pk) for pk in range(2, 201)]
    update_rows(connection, _ROWS, ("label", "offset", "number"), rows)
    found = _stored(connection, "label", "offset", "number", "pk")
    assert found == [("a", 0, None, 1), *rows]


def test_two_with_one_key_are_refused(connection: Connection) -> None:
    with pytest.raises((IntegrityError, sqlite3.IntegrityError), match=r"(?i)unique"):
        insert_rows(connection, _ROWS, ("pk",), [(1,), (1,)])


@pytest.mark.slow
def test_what_postgresql_does_not_take_is_no_error_of_the_driver(on_server: Engine) -> None:
    with on_server.connect() as connection:
        _ROWS.create(connection)
        with pytest.raises(DataError, match="0x00"):
            insert_rows(connection, _ROWS, ("pk", "label"), [(1, "a\0b")])


def test_row_numbers_follow_those_in_use(connection: Connection) -> None:
    first = next_pk(connection, _ROWS)
    assert first == 1
    insert_rows(connection, _ROWS, ("pk",), [(first,), (first + 1,)])
    following = next_pk(connection, _ROWS)
    assert following > first + 1
    insert_rows(connection, _ROWS, ("pk",), [(following,)])
    connection.execute(_ROWS.insert().values(label="alone"))
    assert len(_stored(connection)) == 4


def test_a_query_that_is_prepared_takes_other_values(connection: Connection) -> None:
    insert_rows(connection, _ROWS, ("pk", "offset"), [(pk, pk % 3) for pk in range(1, 10)])
    some = _ROWS.c.pk.in_([2, 4, 5, 7]) & (_ROWS.c.offset == bindparam("offset"))
    query = Prepared(connection, select(_ROWS.c.pk).where(some).order_by(_ROWS.c.pk))
    assert [[*query.rows(offset=value)] for value in (1, 2)] == [[(4,), (7,)], [(2,), (5,)]]


def test_rows_are_read_beside_other_statements(connection: Connection) -> None:
    insert_rows(connection, _ROWS, ("pk",), [(pk,) for pk in range(1, 9_001)])
    query = select(_ROWS.c.pk).order_by(_ROWS.c.pk)
    streams = [stream_rows(connection, query) for _ in range(2)]
    found = [(next(streams[0]), next(streams[1])) for _ in range(9_000)]
    assert found[-1] == ((9_000,), (9_000,))
    begun = stream_rows(connection, query)
    next(begun)
    begun.close()  # type: ignore[attr-defined]
    assert len(_stored(connection)) == 9_000


def test_a_temporary_table_is_made_and_emptied(connection: Connection) -> None:
    found = Table("tmp_found", MetaData(), Column("name", Text), prefixes=["TEMPORARY"])
    for _ in range(2):
        recreate(connection, found)
        insert_rows(connection, found, ("name",), [("a",)])
        assert [*stream_rows(connection, select(found.c.name))] == [("a",)]


def test_indexes_are_there_after_a_load(connection: Connection) -> None:
    with indexes_rebuilt(connection, _ROWS, 10):
        insert_rows(connection, _ROWS, ("pk", "label"), [(pk, "a") for pk in range(1, 11)])
    with pytest.raises(DBAPIError, match="already exists"):
        _ROWS.indexes.copy().pop().create(connection)
