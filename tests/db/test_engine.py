"""Transactions beside other processes, and rows there and back."""

import select
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import Popen

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, literal
from sqlalchemy import select as sql_select
from sqlalchemy.exc import OperationalError

from ovmr_index.db import driver, schema
from ovmr_index.db.bulk import insert_rows, stream_rows
from ovmr_index.db.engine import open_engine, reading, reading_together, writing
from ovmr_index.db.models import METADATA, Dataset, Region, Synset
from ovmr_index.db.revision import check_revision
from tests.support.exhaustive import examples

StartChild = Callable[..., Popen[str]]

DATASETS = "SELECT name FROM datasets ORDER BY pk"
WRITE_ONE = """
import sys
from pathlib import Path
from ovmr_index.db.engine import open_engine, writing
engine = open_engine(Path(sys.argv[1]))
print("begins", flush=True)
with writing(engine) as connection:
    connection.exec_driver_sql("INSERT INTO datasets (name, root) VALUES ('second', '')")
print("wrote", flush=True)
"""

INTEGERS = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.one_of(INTEGERS, st.floats(allow_nan=False))


def _names(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.exec_driver_sql(DATASETS).scalars())


def _is_locked(path: Path, statement: str = "BEGIN IMMEDIATE") -> bool:
    """Tell whether another connection, which does not wait, is kept from a statement."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        try:
            other.execute(statement)
        except sqlite3.OperationalError as error:
            return str(error) == "database is locked"
    return False


def _write(engine: Engine, *statements: str) -> None:
    with writing(engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _write_and_fail(engine: Engine, statement: str) -> None:
    with pytest.raises(OperationalError, match="no such table: none"):
        _write(engine, statement, "DELETE FROM none")


def test_writing_takes_the_lock_at_once(index: Path, engine: Engine) -> None:
    with writing(engine):
        assert _is_locked(index)
    assert not _is_locked(index)


def test_reading_leaves_the_lock(index: Path, engine: Engine) -> None:
    with reading(engine) as connection:
        connection.exec_driver_sql(DATASETS).all()
        assert not _is_locked(index)


def test_error_undoes_a_write(engine: Engine) -> None:
    _write_and_fail(engine, "INSERT INTO datasets (name, root) VALUES ('first', '')")
    assert _names(engine) == ["lvis", "imagenet21k", "visual_genome"]


def test_schema_changes_are_undone_as_well(engine: Engine) -> None:
    _write_and_fail(engine, "DROP TABLE pool_entries")
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pool_entries").scalar() == 3


@pytest.mark.slow
def test_second_writer_waits_for_the_first(
    index: Path, engine: Engine, start_child: StartChild
) -> None:
    with writing(engine) as connection:
        second = start_child(WRITE_ONE, index)
        assert second.stdout is not None
        assert second.stdout.readline() == "begins\n"
        connection.exec_driver_sql("INSERT INTO datasets (name, root) VALUES ('first', '')")
        assert select.select([second.stdout], [], [], 0.3)[0] == []
    assert second.stdout.readline() == "wrote\n"
    assert _names(engine)[-2:] == ["first", "second"]


def test_second_writer_gives_up(
    index: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "LOCK_SECONDS", 0.1)
    with (
        writing(engine),
        pytest.raises(OperationalError, match="database is locked"),
        writing(open_engine(index)),
    ):
        pass


def test_reading_sees_one_state(index: Path, engine: Engine) -> None:
    with reading(engine) as connection:
        before = connection.exec_driver_sql(DATASETS).all()
        assert _is_locked(index, "DELETE FROM pool_entries")
        assert connection.exec_driver_sql(DATASETS).all() == before
    assert not _is_locked(index, "DELETE FROM pool_entries")


def test_read_only_engine_does_not_write(index: Path) -> None:
    engine = open_engine(index, read_only=True)
    assert _names(engine) == ["lvis", "imagenet21k", "visual_genome"]
    with (
        pytest.raises(OperationalError, match="readonly database"),
        writing(engine) as connection,
    ):
        connection.exec_driver_sql("DELETE FROM pool_entries")


def test_engine_makes_no_file(tmp_path: Path) -> None:
    with (
        pytest.raises(OperationalError, match="unable to open"),
        reading(open_engine(tmp_path / "none.db")),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.exhaustive(beyond=3)
@pytest.mark.parametrize(
    "name",
    ["100%.db", "a%20b%41.db", "a?mode=ro.db", "a#b.db", " a b .db", "ä-画-é.db", "a&b=c;'.db"],
)
def test_file_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "50% of #1?" / name
    path.parent.mkdir()
    schema.create(path, lambda _: None)
    with writing(open_engine(path)) as connection:
        connection.exec_driver_sql("INSERT INTO datasets (name, root) VALUES ('a', 'b')")
    check_revision(path)
    assert _names(open_engine(path, read_only=True)) == ["a"]
    assert [file.name for file in path.parent.iterdir()] == [name]


@pytest.mark.slow
@examples(100, 10)
@given(names=st.lists(st.text(), unique=True), lemmas=st.none() | st.text())
def test_text_there_and_back(made_index: Path, names: list[str], lemmas: str | None) -> None:
    rows = [(100 + i, name, lemmas) for i, name in enumerate(names)]
    query = sql_select(Synset.c.pk, Synset.c.name, Synset.c.lemmas).where(Synset.c.pk >= 100)
    with open_engine(made_index).connect() as connection, connection.begin() as transaction:
        columns = ("pk", "name", "lemmas")
        insert_rows(connection, METADATA.tables["synsets"], columns, rows)
        assert list(stream_rows(connection, query.order_by(Synset.c.pk))) == rows
        transaction.rollback()


@pytest.mark.slow
@examples(100, 10)
@given(boxes=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS | st.none())))
def test_numbers_there_and_back(made_index: Path, boxes: list[tuple[int | float | None]]) -> None:
    rows = [(100 + i, 1, 100 + i, i, 1, *box) for i, box in enumerate(boxes)]
    columns = ("pk", "source_pk", "key", "position", "image_pk", "x", "y", "w", "h", "area")
    query = sql_select(*(Region.c[name] for name in columns)).where(Region.c.pk >= 100)
    with open_engine(made_index).connect() as connection, connection.begin() as transaction:
        insert_rows(connection, METADATA.tables["regions"], columns, rows)
        found = list(stream_rows(connection, query.order_by(Region.c.pk)))
        transaction.rollback()
    assert found == rows
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in rows]


def test_whole_float_stays_a_float(engine: Engine) -> None:
    with reading(engine) as connection:
        query = sql_select(Region.c.x, Region.c.y, Region.c.w, Region.c.h).order_by(Region.c.pk)
        found = next(stream_rows(connection, query))
    assert repr(found) == "(1.5, 2.0, 50, 60.25)"


def test_values_and_lists_are_bound(engine: Engine) -> None:
    query = (
        sql_select(Dataset.c.name, literal("it's"), func.coalesce(Dataset.c.root, "?"))
        .where(Dataset.c.pk.in_([3, 1]), Dataset.c.name != "%s")
        .order_by(Dataset.c.pk)
    )
    with reading(engine) as connection:
        found = list(stream_rows(connection, query))
    assert found == [("lvis", "it's", "coco"), ("visual_genome", "it's", "VisualGenome")]


def test_columns_that_are_always_none_are_left_to_null(engine: Engine) -> None:
    rows = [(100 + i, f"s{i}", None) for i in range(10_000)]
    with writing(engine) as connection:
        insert_rows(connection, METADATA.tables["synsets"], ("pk", "name", "wnid"), rows)
        highest = connection.execute(sql_select(func.max(Synset.c.pk))).scalar()
    assert highest == 10_099


def test_no_rows_at_all(engine: Engine) -> None:
    with writing(engine) as connection:
        insert_rows(connection, METADATA.tables["synsets"], ("pk", "name"), [])
    assert schema.integrity(engine) == []


def test_several_read_one_state(engine: Engine) -> None:
    with reading_together(engine, 2) as (connection, others):
        assert len({id(one) for one in (connection, *others)}) == 3
        with pytest.raises(OperationalError, match="locked"):
            _write_at_once(engine)
        for one in (connection, *others):
            found = one.exec_driver_sql("SELECT count(*) FROM datasets WHERE name = 'late'")
            assert found.scalar() == 0
    _write_at_once(engine)


def _write_at_once(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        connection.exec_driver_sql("INSERT INTO datasets (name, root) VALUES ('late', '')")


def test_one_alone_reads_where_others_could_see_a_later_state(engine: Engine, index: Path) -> None:
    with closing(sqlite3.connect(index)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        with reading_together(engine, 2) as (connection, others):
            assert others == [connection]
        other.execute("PRAGMA journal_mode = DELETE")


def test_one_alone_reads_where_somebody_waits_to_commit(engine: Engine, index: Path) -> None:
    with (
        closing(sqlite3.connect(index, isolation_level=None, timeout=0)) as writer,
        closing(sqlite3.connect(index, isolation_level=None)) as reader,
    ):
        reader.execute("BEGIN")
        reader.execute(DATASETS).fetchall()
        with reading(engine) as first:
            first.exec_driver_sql(DATASETS).all()
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("INSERT INTO datasets (name, root) VALUES ('late', '')")
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                writer.execute("COMMIT")  # it keeps new readers out from now on
            assert _is_locked(index, "SELECT 1 FROM datasets")
        writer.execute("ROLLBACK")
