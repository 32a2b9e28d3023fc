"""The names that a shell completes, of an index on a server."""

from collections.abc import Iterator

import pytest

from ovmr_index import Index
from ovmr_index.cli.completion.answer import answer
from ovmr_index.db.location import located
from ovmr_index.db.names import Kind, names
from ovmr_index.db.revision import HEAD
from tests.support.databases import new_database, run_in
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, server: str, made: str) -> Iterator[Index]:
    """Return an index with some names."""
    builder = TreeBuilder(tmp_path_factory.mktemp("named") / "datasets")
    builder.lvis()
    with new_database(server, made) as url, Index.open(builder.root, url) as index:
        index.ingest()
        index.sample(k=1, name="five")
        yield index


@pytest.mark.parametrize(
    ("kind", "begin", "found"),
    [
        ("source", "", ["lvis_v1_train"]),
        ("sample", "fi", ["five"]),
        ("sample", "six", []),
        ("vocabulary", "lvis", ["lvis_v1_train"]),
        ("category", "te", ["tench"]),
    ],
)
def test_names_are_of_the_index(named: Index, kind: Kind, begin: str, found: list[str]) -> None:
    assert names(named.location, kind, begin, vocabulary="lvis_v1_train") == found


def test_a_shell_gets_them(
    named: Index, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVMR_INDEX_DB", str(named.location))
    answer("fish", ["ovmr-index", "--root", str(named.root), "sample", "show", "f"])
    assert "five" in capsys.readouterr().out


def test_what_cannot_be_asked_has_none(named: Index) -> None:
    nowhere = located("postgresql:///lab?host=/nowhere")
    assert names(nowhere, "source", "", vocabulary="") == []
    run_in(str(named.location), "UPDATE alembic_version SET version_num = '0001'")
    try:
        assert names(named.location, "source", "", vocabulary="") == []
    finally:
        run_in(str(named.location), f"UPDATE alembic_version SET version_num = '{HEAD}'")
