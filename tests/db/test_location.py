"""Where an index is: paths and URLs, and that no message has a password."""

import pickle
from pathlib import Path

import pytest

from ovmr_index.db.location import Server, located
from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError

SECRET = "s3cr3t"


def _server(url: str) -> Server:
    found = located(url)
    assert isinstance(found, Server)
    return found


@pytest.mark.parametrize(
    ("url", "name", "parameters"),
    [
        ("postgresql://h/lab", "postgresql://h/lab", {"host": "h", "dbname": "lab"}),
        ("postgres://h/lab", "postgresql://h/lab", {"host": "h", "dbname": "lab"}),
        ("PostgreSQL://h/lab", "postgresql://h/lab", {"host": "h", "dbname": "lab"}),
        ("postgresql:///lab", "postgresql:///lab", {"dbname": "lab"}),
        (
            f"postgresql://ann:{SECRET}@h:5433/lab",
            "postgresql://ann@h:5433/lab",
            {"user": "ann", "password": SECRET, "host": "h", "port": "5433", "dbname": "lab"},
        ),
        (
            "postgresql://ann:p%40%2F%3A@h/lab",
            "postgresql://ann@h/lab",
            {"user": "ann", "password": "p@/:", "host": "h", "dbname": "lab"},
        ),
        (
            f"postgresql://h/lab?user=ann&password={SECRET}&sslmode=require",
            "postgresql://ann@h/lab",
            {
                "host": "h",
                "dbname": "lab",
                "user": "ann",
                "password": SECRET,
                "sslmode": "require",
            },
        ),
        ("postgresql://[::1]:5433/l", "postgresql://[::1]:5433/l", {"host": "::1", "port": "5433"}),
        ("postgresql:///l?host=/run/pg", "postgresql:///l?host=/run/pg", {"host": "/run/pg"}),
        ("postgresql://%2Frun%2Fpg/l", "postgresql:///l?host=/run/pg", {"host": "/run/pg"}),
        ("postgresql:///?service=lab", "postgresql:///?service=lab", {"service": "lab"}),
        ("postgresql://h/my%20lab", "postgresql://h/my%20lab", {"dbname": "my lab"}),
    ],
)
def test_url(url: str, name: str, parameters: dict[str, str]) -> None:
    found = _server(url)
    assert (found.name, str(found), found.schema) == (name, name, "public")
    assert parameters.items() <= found.parameters.items()
    assert SECRET not in repr(found)
    assert located(found) is found
    again = _server(name)
    assert again.name == name


@pytest.mark.parametrize("url", ["postgresql://a@h:1/lab", "postgresql:///lab", "postgresql://h/l"])
def test_a_path_that_was_a_url(url: str) -> None:
    """A path makes one slash of two."""
    assert located(Path(url)) == located(url)


def test_schema() -> None:
    found = _server("postgresql://h/lab?schema=ann's")
    assert found.schema == "ann's"
    assert found.name == "postgresql://h/lab?schema=ann%27s"
    assert "schema" not in found.parameters
    assert _server(found.name) == found


@pytest.mark.parametrize("path", ["a.db", "/a/b.db", "postgresql", "postgresql.db", "c:/a.db"])
def test_path(path: str) -> None:
    assert located(path) == located(Path(path)) == Path(path)


def test_a_folder_may_have_the_name_of_a_scheme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for scheme in ("postgresql:", "mysql:"):
        Path(scheme).mkdir()
        assert located(f"{scheme}/a.db") == Path(f"{scheme}/a.db")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"mysql://ann:{SECRET}@h/lab", "mysql://… looks like a URL"),
        (f"sqlite:///{SECRET}.db", "sqlite://… looks like a URL"),
        (f"postgresql+psycopg://ann:{SECRET}@h/lab", "looks like a URL"),
        (f"postgresql://ann:{SECRET}@h", "names no database"),
        (f"postgresql://ann:{SECRET}@h/", "names no database"),
        (f"postgresql://ann:{SECRET}@h:x/lab", "no number from 1 to 65,535"),
        (f"postgresql://ann:{SECRET}@h:0/lab", "no number from 1 to 65,535"),
        (f"postgresql://ann:{SECRET}@h:65536/lab", "no number from 1 to 65,535"),
        (f"postgresql://ann:{SECRET}@h:{'9' * 999}/lab", "no number from 1 to 65,535"),
        (f"postgresql://ann:{SECRET}/b@h/lab", "write %40 for @, %2F for /"),
        (f"postgresql://ann:{SECRET}#b@h/lab", "write %40 for @, %2F for /"),
        (f"postgresql://ann:{SECRET}?b@h/lab", "write %40 for @, %2F for /"),
        (f"postgresql://ann:12?{SECRET}=b@h/lab", "names no database|is not known here"),
        (f"postgresql://h/lab@{SECRET}", "an @ or a / in its database"),
        (f"postgresql://h/lab/{SECRET}", "an @ or a / in its database"),
        (f"postgresql://[::1/lab?password={SECRET}", "in brackets that do not end"),
        (f"postgresql://h/lab?sslmod={SECRET}", "did you mean 'sslmode'"),
        (f"postgresql://h/lab?{SECRET}", "is not known here"),
        (f"postgresql://h/lab?options=-c%20a={SECRET}", "is not known here"),
        (f"postgresql://h/lab?port=x&password={SECRET}", "no number from 1 to 65,535"),
        (f"postgresql://ann:{SECRET}%00@h/lab", "with a NUL in it"),
        (f"postgresql://ann:{SECRET}%ff@h/lab", "is not UTF-8"),
        ("postgresql://h/lab?schema=pg_catalog", "PostgreSQL does not take"),
        (f"postgresql://h/lab?schema={'é' * 32}", "PostgreSQL does not take"),
    ],
)
def test_wrong_url(url: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as raised:
        located(url)
    assert SECRET not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_session_shows_no_password(tmp_path: Path) -> None:
    session = Session(tmp_path, f"postgresql://ann:{SECRET}@h/lab")
    assert SECRET not in repr(session)
    assert session.name == "postgresql://ann@h/lab"
    with pytest.raises(UsageError, match="takes the file of an index") as raised:
        _ = session.path
    assert SECRET not in str(raised.value)
    copy = pickle.loads(pickle.dumps(session))
    assert copy.location == session.location
