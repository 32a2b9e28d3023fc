"""What can be wrong with a server, a database or a role: one line, and nothing is changed."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from ovmr_index import Index
from ovmr_index.db import postgresql_driver, schema
from ovmr_index.db.engine import open_engine, reading
from ovmr_index.db.location import located
from ovmr_index.errors import OvmrIndexError, SchemaError, ServerError
from tests.db.postgresql.conftest import QUOTED, SECRET
from tests.support.checked import few_nouns
from tests.support.databases import new_database, run_in
from tests.support.runs import Run, call
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow

OF_TABLES = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a root with something to ingest."""
    builder = TreeBuilder(tmp_path / "datasets")
    builder.lvis()
    return builder.root


def _refused(root: Path, url: str, *command: str) -> Run:
    done = call("--db", url, *(command or ("status",)), root=root)
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    return done


@pytest.mark.parametrize(
    ("url", "reason", "remedy"),
    [
        ("postgresql://nowhere.invalid/lab", "nowhere.invalid", "check the host in --db"),
        ("postgresql://127.0.0.1:1/lab", "Connection refused", "start the server, or check host"),
        ("postgresql:///lab?host=/nowhere", "No such file", "start the server, or check host"),
        (
            "postgresql://127.0.0.1:1/lab?connect_timeout=x",
            "bad value for connect_timeout",
            "another value",
        ),
        ("postgresql://127.0.0.1/lab?sslmode=x", "invalid sslmode", "another value into --db"),
        ("postgresql:///?service=none", 'service "none"|no service', "check the service in --db"),
    ],
)
def test_no_server(tree: Path, url: str, reason: str, remedy: str) -> None:
    done = _refused(tree, url)
    assert done.code == (2 if "=x" in url or "service" in url else 1)
    assert any(one in done.error for one in reason.split("|"))
    assert remedy in done.error


@pytest.mark.parametrize(
    ("user", "database", "found"),
    [
        ("nobody", "postgres", 'role "nobody" does not exist; have it made: `createuser nobody`'),
        ("sleeper", "postgres", "is not permitted to log in; have the role be altered"),
        ("postgres", "none", 'database "none" does not exist; make it: `createdb'),
        ("lab", "postgres", "no password supplied; check user and password: the file ~/.pgpass"),
        ("lab:wrong", "postgres", "password authentication failed for user"),
    ],
)
def test_no_way_in(tree: Path, folder: Path, user: str, database: str, found: str) -> None:
    done = _refused(tree, f"postgresql://{user}@/{database}?host={folder}")
    assert done.code == 1
    assert found in done.error


def test_another_programs_database(tree: Path, empty: str) -> None:
    run_in(empty, "CREATE TABLE customers (id int)")
    for command in ("status", "ingest", "collate", "sql VALUES(1)", "db check", "doctor"):
        done = call("--db", empty, *command.split(), root=tree)
        assert done.code == 1, command
        said = done.out + done.err
        assert "holds tables of another program, as customers; give another" in said, command
    with psycopg.connect(empty) as opened:
        assert opened.execute(OF_TABLES).fetchone() == (1,)


def test_an_older_server(tree: Path, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such server runs here: what is oldest is said to be newer than the one that does."""
    monkeypatch.setattr(postgresql_driver, "OLDEST", 99)
    assert "an index needs 99 or newer" in _refused(tree, empty).error


def test_no_right_to_make_tables(tree: Path, folder: Path, empty: str) -> None:
    url = empty.replace("postgres@", "guest@")
    refused = _refused(tree, url, "ingest")
    assert (refused.code, "permission denied for schema public" in refused.error) == (1, True)
    assert "GRANT CREATE ON SCHEMA public TO ROLE" in refused.error
    refused = _refused(tree, f"{url}&schema=own", "ingest")
    assert "GRANT CREATE ON DATABASE" in refused.error
    del folder


def test_no_right_to_write(tree: Path, database: str) -> None:
    """Who may only read can read, and changes nothing."""
    assert call("--db", database, "ingest", root=tree).code == 0
    assert "permission denied" in _refused(tree, database.replace("postgres@", "guest@")).error
    run_in(database, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
    url = database.replace("postgres@", "guest@")
    status = call("--db", url, "status", root=tree)
    assert (status.code, "lvis_v1_train" in status.out) == (0, True)
    refused = call("--db", url, "collate", root=tree)
    assert refused.code == 1
    assert "permission denied for" in refused.error
    assert "may read alone" in call("--db", url, "doctor", root=tree).out


def test_an_index_that_has_gone(tree: Path, server: str, made: str) -> None:
    with new_database(server, made) as url:
        index = Index.open(tree, url)
        assert index.status().samples == 0
    with pytest.raises(ServerError, match="does not exist; make it"):
        index.status()
    assert "does not exist; make it" in repr(index)


def _uses(url: str, root: Path) -> list[str]:
    """Return all that may be shown of an index: reprs, statuses, its engine."""
    index = Index.open(root, url)
    index.ingest()
    shown = [repr(index), index._repr_html_(), repr(index.db), repr(index.sources), index.name]
    shown += [repr(index.status()), repr(index.location), repr(index.engine), str(index.engine.url)]
    return [*shown, repr(index._session), repr(index.sample(k=1)), repr(index.status()._asdict())]


def test_a_password_is_shown_nowhere(
    tree: Path,
    folder: Path,
    server: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tree)
    run_in(server.format("postgres"), "CREATE DATABASE secret TEMPLATE template0 OWNER lab")
    url = f"postgresql://lab:{QUOTED}@/secret?host={folder}"
    schema.create(located(url), lambda _: None)
    shown = _uses(url, tree)
    commands = ("status", "config", "doctor", "db current", "db check", "db upgrade", "export")
    for command in (*commands, "sample -K 1 --name a", "--json status", "--json config"):
        with few_nouns():
            done = call("--db", url, *command.split(), root=tree)
        assert done.code in (0, 1)
        shown += [done.out, done.err]
    shown += [file.read_text() for file in tree.rglob("*") if file.suffix in (".json", ".html")]
    with reading(open_engine(located(url))) as connection:
        query = text("SELECT to_jsonb(samples)::text FROM samples")
        shown += connection.execute(query).scalars().all()
    shown += [record.getMessage() for record in caplog.records]
    assert not [one for one in shown if "s3cr3t" in one]
    run_in(server.format("postgres"), "DROP DATABASE secret")


@pytest.mark.parametrize("wrong", ["none", "postgres"])
def test_a_password_is_in_no_error(tree: Path, folder: Path, wrong: str) -> None:
    """Neither in its message, nor in a traceback with the variables of all its frames."""
    secret = f"{SECRET}-wrong" if wrong == "postgres" else SECRET
    quoted = f"{QUOTED}-wrong" if wrong == "postgres" else QUOTED
    with pytest.raises(OvmrIndexError) as raised:
        Index.open(tree, f"postgresql://lab:{quoted}@/{wrong}?host={folder}")
    shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    own = [one for one in shown.stack if "test_bad_servers" not in one.filename]
    assert not [one for one in own if secret in str(one.locals) or quoted in str(one.locals)]
    assert raised.value.__context__ is None
    assert "s3cr3t" not in str(raised.value)


def test_the_password_is_taken_from_the_usual_places(
    tree: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://lab@/postgres?host={folder}"
    passes = tmp_path / "pgpass"
    escaped = SECRET.replace(":", "\\:")
    passes.write_text(f"{folder}:*:postgres:lab:{escaped}\n")
    passes.chmod(0o600)
    for name, value in (("PGPASSWORD", SECRET), ("PGPASSFILE", str(passes))):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert "there is no index" in _refused(tree, url).error, name


@pytest.mark.parametrize(
    "use",
    [
        lambda url, root: Index.open(root, url, create=False),
        lambda url, root: Index.open_unchecked(root, url),
        lambda url, root: Index.open(root, url).status(),
    ],
)
def test_there_is_no_index_yet(tree: Path, empty: str, use: Callable[[str, Path], object]) -> None:
    with pytest.raises(SchemaError, match="there is no index; run"):
        use(empty, tree)
    assert repr(Index.open(tree, empty)).endswith("not there yet; call index.ingest()>")
