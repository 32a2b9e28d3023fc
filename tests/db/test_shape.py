"""What an index is made of: compared by what statements mean, and made again where it can be."""

import lzma
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ovmr_index.db import schema, shape
from ovmr_index.db.engine import open_engine, reading, writing
from ovmr_index.db.revision import HEAD, check_revision
from ovmr_index.errors import SchemaError

pytestmark = pytest.mark.slow

STORED = sorted((Path(__file__).parent / "data").glob("index_*.db.xz"))
TABLE, VIEW = shape.PartName("table", "a"), shape.PartName("view", "v")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("CREATE INDEX i ON a (x, y)", "CREATE INDEX i ON a (y, x)", False),
        ("CREATE VIEW v AS SELECT f(a, b)", "CREATE VIEW v AS SELECT f(b, a)", False),
        ("CREATE TABLE a (x INT, y INT)", 'CREATE TABLE "a" (\n\ty INT,\n\tx  INT\n)', True),
        ("CREATE TABLE a (x INT, y INT)", "CREATE TABLE a (x INT)", False),
        ("CREATE TABLE a (x INT, y INT)", "CREATE TABLE a (x INT, y TEXT)", False),
        ("CREATE TABLE a (x INT) STRICT", "CREATE TABLE a (x INT)", False),
        (
            "CREATE TABLE a (x, CHECK (x IN (1, 2)))",
            "CREATE TABLE a (x, CHECK (x IN (1, 3)))",
            False,
        ),
        (
            "CREATE TABLE a (x CHECK (x IN ('a b')))",
            "CREATE TABLE a (x CHECK (x IN ('ab')))",
            False,
        ),
        ("CREATE VIEW v AS SELECT 1 -- one", "CREATE VIEW v AS /* 1 */ SELECT 1", True),
        ("CREATE VIEW v AS SELECT a, b", "CREATE VIEW v AS SELECT b, a", False),
        ("CREATE VIEW v AS SELECT (a - b)", "CREATE VIEW v AS SELECT (b - a)", False),
    ],
)
def test_statements_are_compared_by_their_words(one: str, other: str, alike: bool) -> None:
    part = shape.PartName(one.split()[1].lower(), "a")
    found = shape.differences({part: one}, {part: other})
    assert found == ([] if alike else [shape.Difference(part, "changed")])


def test_what_is_missing_and_what_is_foreign() -> None:
    found = shape.differences({VIEW: "b"}, {TABLE: "a"})
    assert [str(one) for one in found] == [
        "the table a is missing",
        "the view v is none of this program's",
    ]
    assert shape.tables_differ({VIEW: "b"}, {TABLE: "a"}) == found[:1]


@pytest.mark.exhaustive(but=["index_0001.db.xz", "index_0006.db.xz", STORED[-1].name])
@pytest.mark.parametrize("stored", STORED, ids=lambda file: file.name)
def test_stored_index_is_made_of_what_its_revision_says(tmp_path: Path, stored: Path) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes(lzma.decompress(stored.read_bytes()))
    engine = open_engine(path)
    revision = None
    for _ in range(2):
        with reading(engine) as connection:
            revision = schema.current(connection)
            assert schema.fitting_revision(connection) == revision
            assert revision is not None
            wanted = schema.parts_at(revision, connection)
            assert shape.differences(shape.parts_of(connection), wanted) == []
        schema.upgrade(engine)
    assert revision == HEAD


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM alembic_version",
        "DROP TABLE alembic_version",
        "DROP TABLE alembic_version; CREATE TABLE alembic_version (a)",
        "INSERT INTO alembic_version VALUES ('0003')",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
@pytest.mark.parametrize(
    "stored",
    [pytest.param(STORED[1], marks=pytest.mark.exhaustive), STORED[3]],
    ids=lambda file: file.name,
)
def test_version_is_put_right_by_the_tables(tmp_path: Path, stored: Path, damage: str) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes(lzma.decompress(stored.read_bytes()))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(damage)
    schema.upgrade(open_engine(path))
    check_revision(path)
    with reading(open_engine(path)) as opened:
        assert schema.fitting_revision(opened) == HEAD


@pytest.mark.parametrize(
    "damage",
    [
        "DROP VIEW boxes",
        "DROP VIEW vocabulary_exemplars; DROP VIEW exemplars",
        "DROP VIEW exemplars; CREATE VIEW exemplars AS SELECT 1 AS category_id",
        "DROP INDEX ix_regions_image_id",
        "DROP INDEX ix_regions_image_id; CREATE INDEX ix_regions_image_id ON regions (x)",
    ],
)
def test_views_and_indexes_are_made_again(index: Path, engine: Engine, damage: str) -> None:
    with closing(sqlite3.connect(index)) as connection:
        before = sorted(connection.iterdump())
        connection.executescript(damage)
    assert schema.upgrade(engine) == (HEAD, HEAD)
    with closing(sqlite3.connect(index)) as connection:
        assert sorted(connection.iterdump()) == before


def test_view_of_an_older_revision_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes(lzma.decompress(STORED[2].read_bytes()))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP VIEW sample_exemplars")
    assert schema.upgrade(open_engine(path)) == ("0003", HEAD)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("DROP TABLE region_records", "the table region_records is missing: nothing was changed; "),
        (
            "ALTER TABLE regions RENAME COLUMN w TO width",
            "the table regions is not what this program made: nothing was changed; restore",
        ),
        (
            "DELETE FROM alembic_version; DROP TABLE region_records",
            "the table region_records is missing: nothing was changed; restore a backup, or save",
        ),
        (
            "DROP INDEX uq_images_source_id_key; UPDATE images SET source_pk = 1, key = 1",
            "the index uq_images_source_id_key cannot be made again: UNIQUE constraint failed",
        ),
    ],
)
def test_what_cannot_be_made_again_is_said(
    index: Path, engine: Engine, damage: str, message: str
) -> None:
    with closing(sqlite3.connect(index)) as connection:
        connection.executescript(damage)
        before = list(connection.iterdump())
    with pytest.raises(SchemaError, match=re.escape(message)):
        schema.upgrade(engine)
    with closing(sqlite3.connect(index)) as connection:
        assert list(connection.iterdump()) == before


def test_several_versions_are_none_of_this_program(index: Path, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0004')")
    with pytest.raises(SchemaError, match=f"has schema 0004 and {HEAD}, .*db.upgrade"):
        check_revision(index)
