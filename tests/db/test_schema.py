"""The schema: made and changed by its revisions alone, whole or not at all."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from signal import SIGKILL
from subprocess import Popen

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, UniqueConstraint, inspect, text
from sqlalchemy.exc import IntegrityError

from ovmr_index.db import schema
from ovmr_index.db.engine import open_engine, reading, writing
from ovmr_index.db.models import METADATA
from ovmr_index.db.revision import HEAD, check_revision, config_of_migrations
from ovmr_index.errors import OvmrIndexError, SchemaError

PARTS = re.compile(r", (?![^(]*\))|\n")
StartChild = Callable[..., Popen[str]]

# An index of an expression is not reflected; the texts of all indexes are compared.
NOT_REFLECTED = pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection of expression", "ignore:autogenerate skipping metadata"
)
DIE_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from ovmr_index.db.engine import open_engine, writing
with writing(open_engine(Path(sys.argv[1]))) as connection:
    connection.exec_driver_sql("PRAGMA cache_size = 5")  # so that pages reach the file early
    connection.exec_driver_sql("DELETE FROM pool_entries")
    for i in range(5000):
        connection.exec_driver_sql("INSERT INTO synsets (name) VALUES (?)", (f"{i:0100}",))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def _nothing(_: Connection) -> None:
    pass


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def _statements(path: Path) -> dict[str, list[str]]:
    """Return the parts of what made each table, index and view, whose order does not matter.

    A column that was added by a later revision stands behind a comma, not on a line of its own.
    """
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE sql <> '' AND name <> 'alembic_version'"
            " AND name NOT LIKE 'sqlite_%'"
        )
        return {
            name: sorted(filter(None, (part.strip(" \t\n,") for part in PARTS.split(_plain(sql)))))
            for name, sql in made
        }


def _plain(sql: str) -> str:
    """Return a statement as it was before SQLite put the name of a renamed table in quotes."""
    return re.sub(r'^CREATE TABLE "(\w+)"', r"CREATE TABLE \1", sql)


def test_new_index_passes_its_checks(index: Path, engine: Engine) -> None:
    check_revision(index)
    assert schema.integrity(engine) == []
    with reading(engine) as connection:
        assert schema.current(connection) == HEAD


def test_head_is_the_newest_revision() -> None:
    assert ScriptDirectory.from_config(config_of_migrations()).get_current_head() == HEAD


@NOT_REFLECTED
def test_models_and_migrations_agree(engine: Engine) -> None:
    config = config_of_migrations()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_tables_of_models_and_migrations_are_made_alike(index: Path, tmp_path: Path) -> None:
    path = tmp_path / "models.db"
    path.touch()
    with writing(open_engine(path)) as connection:
        METADATA.create_all(connection)
    with reading(open_engine(index)) as connection:
        views = inspect(connection).get_view_names()
    migrated = _statements(index)
    assert {name: migrated[name] for name in migrated.keys() - {*views}} == _statements(path)


def test_every_table_is_strict(engine: Engine) -> None:
    with reading(engine) as connection:
        tables = connection.execute(
            text("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
        ).all()
    kept = {name: strict for name, strict in tables if name in METADATA.tables}
    assert kept == dict.fromkeys(METADATA.tables, 1)


def test_strict_table_refuses_another_type(engine: Engine) -> None:
    with (
        pytest.raises(IntegrityError, match="cannot store TEXT value in INTEGER"),
        writing(engine) as connection,
    ):
        connection.exec_driver_sql("UPDATE images SET width = 'wide'")


@NOT_REFLECTED
def test_every_constraint_and_index_is_named(engine: Engine) -> None:
    with reading(engine) as connection:
        found = inspect(connection)
        for table in METADATA.tables:
            named = [
                found.get_pk_constraint(table)["name"],
                *(key["name"] for key in found.get_foreign_keys(table)),
                *(unique["name"] for unique in found.get_unique_constraints(table)),
                *(check["name"] for check in found.get_check_constraints(table)),
                *(index["name"] for index in found.get_indexes(table)),
            ]
            assert all(named)
            prefixes = {str(name).split(f"_{table}")[0] for name in named}
            assert prefixes <= {"pk", "fk", "uq", "ck", "ix"}


def test_every_table_but_logs_has_a_natural_key() -> None:
    serial = {
        name
        for name, table in METADATA.tables.items()
        if [column.name for column in table.primary_key] == ["pk"]
        and not any(isinstance(one, UniqueConstraint) for one in table.constraints)
        and not any(index.unique for index in table.indexes)
    }
    assert serial == {"ingest_runs", "mark_steps", "region_fields"}  # of these some may stand twice


def test_foreign_keys_are_enforced(engine: Engine) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM images WHERE pk = 1")
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), writing(engine) as connection:
        connection.exec_driver_sql("UPDATE categories SET synset_pk = 99")


def test_bulk_leaves_foreign_keys_to_the_caller(engine: Engine) -> None:
    with writing(engine, bulk=True) as connection:
        connection.exec_driver_sql("UPDATE pool_entries SET region_pk = 99 WHERE position = 0")
    assert schema.integrity(engine) == ["pool_entries: row None points to no row of regions"]
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), writing(engine) as connection:
        connection.exec_driver_sql("UPDATE pool_entries SET region_pk = 98 WHERE position = 0")


def test_application_id(index: Path) -> None:
    with closing(sqlite3.connect(index)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (0x4F564D52,)
    assert index.read_bytes()[68:72] == b"OVMR"


def test_failed_fill_leaves_nothing(tmp_path: Path) -> None:
    def fail(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO synsets (name) VALUES ('a')")
        raise OvmrIndexError("no")

    with pytest.raises(OvmrIndexError, match="no"):
        schema.create(tmp_path / "ovmr.db", fail)
    assert list(tmp_path.iterdir()) == []


def test_create_leaves_a_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes(b"mine")
    with pytest.raises(SchemaError, match=r"ovmr\.db: there is a file already"):
        schema.create(path, _nothing)
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_create_follows_a_link_that_leads_to_no_file_yet(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    link = tmp_path / "ovmr.db"
    link.symlink_to("disk/real.db")
    schema.create(link, _nothing)
    check_revision(link)
    assert (link.is_symlink(), [path.name for path in disk.iterdir()]) == (True, ["real.db"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "ovmr.db"]
    with pytest.raises(SchemaError, match=r"real\.db: there is a file already"):
        schema.create(link, _nothing)
    link.unlink()
    link.symlink_to("no_disk/real.db")
    with pytest.raises(
        SchemaError, match=r"real\.db: there is no folder .*no_disk; make it, or give another"
    ):
        schema.create(link, _nothing)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; delete it or give another db="),
        (b"a text\n" * 50, "is not a SQLite database; give another db="),
        (b"SQLite format 3\0" + bytes(100), "is a database of another program; give another db="),
        (b"SQLite format 3\0", "is a database of another program; give another db="),
    ],
)
def test_file_that_is_no_index(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes(content)
    with pytest.raises(SchemaError) as caught:
        check_revision(path)
    assert str(caught.value) == f"{path}: {message}"
    assert path.read_bytes() == content


def test_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE mine (a)")
    with pytest.raises(SchemaError, match=r"other\.db: is a database of another program"):
        check_revision(path)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE alembic_version SET version_num = 'ffff'", "has schema ffff, which is newer than"),
        ("DELETE FROM alembic_version", r"has schema none, .*; run `index.db.upgrade"),
        ("DROP TABLE alembic_version", r"has schema none, .*; run `index.db.upgrade"),
    ],
)
def test_index_of_another_revision(
    index: Path, engine: Engine, statement: str, message: str
) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(statement)
    with pytest.raises(SchemaError, match=message):
        check_revision(index)


def test_newer_index_is_not_upgraded(index: Path, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'ffff'")
    before = _dump(index)
    with pytest.raises(SchemaError, match="newer"):
        schema.upgrade(engine)
    assert _dump(index) == before


def test_upgrade_of_the_newest_changes_nothing(index: Path, engine: Engine) -> None:
    before = _dump(index)
    assert schema.upgrade(engine) == (HEAD, HEAD)
    assert _dump(index) == before


def test_upgrade_that_leaves_broken_keys_is_undone(index: Path, engine: Engine) -> None:
    with writing(engine, bulk=True) as connection:
        connection.exec_driver_sql("UPDATE pool_entries SET region_pk = 99")
    before = _dump(index)
    with pytest.raises(SchemaError, match="would break 3 rows; nothing was changed"):
        schema.upgrade(engine)
    assert _dump(index) == before


@pytest.mark.slow
@pytest.mark.exhaustive  # `test_old_index.py` goes down to 0002, with rows
def test_down_to_nothing_and_up_again(tmp_path: Path) -> None:
    path = tmp_path / "ovmr.db"
    schema.create(path, _nothing)
    before = _statements(path)
    engine = open_engine(path)
    config = config_of_migrations()
    with writing(engine, bulk=True) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert _statements(path) == {}
    assert schema.upgrade(engine) == (None, HEAD)
    assert _statements(path) == before
    check_revision(path)


def test_backup_equals_its_source(index: Path, engine: Engine) -> None:
    target = index.with_name("50% of #é?.db")
    schema.backup(engine, target)
    check_revision(target)
    assert _dump(target) == _dump(index)
    assert sorted(index.parent.iterdir()) == sorted([index, target])


def test_backup_leaves_a_file_that_is_there(index: Path, engine: Engine) -> None:
    target = index.with_name("mine")
    target.write_bytes(b"mine")
    with pytest.raises(OvmrIndexError, match="mine: there is a file already; give another name"):
        schema.backup(engine, target)
    assert target.read_bytes() == b"mine"
    assert sorted(index.parent.iterdir()) == sorted([index, target])


@pytest.mark.slow
def test_process_killed_while_writing_changes_nothing(index: Path, start_child: StartChild) -> None:
    before, file = _dump(index), index.read_bytes()
    assert start_child(DIE_WHILE_WRITING, index).wait() == -SIGKILL
    assert index.read_bytes() != file
    check_revision(index)
    assert schema.integrity(open_engine(index)) == []
    assert _dump(index) == before
