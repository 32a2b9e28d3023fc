"""`db check` of what an index is made of, and what `db upgrade` does about it."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.db import schema
from ovmr_index.db.revision import HEAD, known_revisions
from tests.support.checked import few_nouns
from tests.support.few_synsets import index_of_few_synsets
from tests.support.runs import call

pytestmark = pytest.mark.slow

REMADE = "run `ovmr-index db upgrade`, which makes it again"
RIGHT = f"and its tables are those of {HEAD}: run `ovmr-index db upgrade`, which puts it right"


@pytest.fixture(autouse=True)
def _few_nouns() -> Iterator[None]:
    with few_nouns():
        yield


@pytest.fixture
def root(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of an index of few synsets that the test may damage."""
    shutil.copyfile(index_of_few_synsets(tmp_path_factory), tmp_path / "ovmr.db")
    return tmp_path


def _damage(root: Path, statements: str) -> None:
    with closing(sqlite3.connect(root / "ovmr.db")) as connection:
        connection.executescript(statements)


@pytest.mark.sqlite_only  # statements of SQLite's schema
@pytest.mark.parametrize(
    ("damage", "found"),
    [
        pytest.param(
            "DELETE FROM alembic_version",
            f"the index says that it has schema none, {RIGHT}",
            marks=pytest.mark.exhaustive,  # as without the table
        ),
        ("DROP TABLE alembic_version", f"the index says that it has schema none, {RIGHT}"),
        (
            "INSERT INTO alembic_version VALUES ('0004')",
            f"the index says that it has schema 0004 and {HEAD}, {RIGHT}",
        ),
        (
            "UPDATE alembic_version SET version_num = '0004'",
            f"the index says that it has schema 0004, {RIGHT}",
        ),
        ("DROP VIEW boxes", f"the view boxes is missing: {REMADE}"),
        (
            "DROP VIEW boxes; CREATE VIEW boxes AS SELECT 1",
            f"the view boxes is not what this program made: {REMADE}",
        ),
        ("DROP INDEX ix_regions_image_id", f"the index ix_regions_image_id is missing: {REMADE}"),
    ],
)
def test_upgrade_makes_it_right(root: Path, damage: str, found: str) -> None:
    _damage(root, damage)
    done = call("db", "check", root=root)
    assert (done.code, done.out) == (1, "")
    assert found in done.err
    upgraded = call("db", "upgrade", "--json", root=root)
    assert upgraded.code == 0
    assert Path(upgraded.data["backup"]).is_file()
    assert Index.open(root).db.check() == []


@pytest.mark.sqlite_only  # statements of SQLite's schema
def test_what_was_made_again_is_said(root: Path) -> None:
    _damage(root, "DROP VIEW boxes; DROP INDEX ix_regions_image_id")
    assert call("db", "upgrade", "--no-backup", root=root).out == (
        f"schema {HEAD}: made again: index ix_regions_image_id, view boxes\n"
    )
    _damage(root, "DROP VIEW boxes")
    assert call("db", "upgrade", "--json", root=root).data["remade"] == ["view boxes"]


@pytest.mark.sqlite_only  # statements of SQLite's schema
@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "install a newer ovmr-index, or"),
        ("DROP TABLE pool_entries", "the table pool_entries is missing; restore a backup, or save"),
        (
            "CREATE TRIGGER t AFTER INSERT ON regions BEGIN DELETE FROM regions; END",
            "the trigger t is none of this program's, and may change what is stored: delete it",
        ),
    ],
)
def test_what_upgrade_cannot_do_is_said(
    root: Path, monkeypatch: pytest.MonkeyPatch, damage: str, found: str
) -> None:
    newest = known_revisions()[:2]  # those of all take two seconds to make
    monkeypatch.setattr(schema, "known_revisions", lambda: newest)
    _damage(root, damage)
    done = call("db", "check", root=root)
    assert done.code == 1
    assert found in done.err
    assert "db upgrade" not in done.err


@pytest.mark.sqlite_only  # statements of SQLite's schema
def test_older_schema_and_foreign_tables_are_notes(root: Path) -> None:
    _damage(root, "CREATE TABLE mine (a)")
    done = call("db", "check", root=root)
    assert Index.open(root).db.check() == []
    assert "the table mine is none of this program's: it is left as it is" in done.err
