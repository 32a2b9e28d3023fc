"""The names that a shell completes, of an index on a server."""

from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.cli.completion.answer import answer
from ovmr_index.db.location import Server, located
from ovmr_index.db.names import Kind, names
from tests.support.databases import run_in
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow


@pytest.fixture
def named(tmp_path: Path, database: str) -> Path:
    """Return the root of an index with some names."""
    builder = TreeBuilder(tmp_path / "datasets")
    builder.lvis()
    index = Index.open(builder.root, database)
    index.ingest()
    index.sample(k=1, name="five")
    return builder.root


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
def test_names_are_of_the_index(
    named: Path, place: Server, kind: Kind, begin: str, found: list[str]
) -> None:
    assert named.is_dir()
    assert names(place, kind, begin, vocabulary="lvis_v1_train") == found


def test_a_shell_gets_them(
    named: Path, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVMR_INDEX_DB", database)
    answer("fish", ["ovmr-index", "--root", str(named), "sample", "show", "f"])
    assert "five" in capsys.readouterr().out


def test_what_cannot_be_asked_has_none(named: Path, place: Server, database: str) -> None:
    assert named.is_dir()
    nowhere = located("postgresql:///lab?host=/nowhere")
    assert names(nowhere, "source", "", vocabulary="") == []
    run_in(database, "UPDATE alembic_version SET version_num = '0001'")
    assert names(place, "source", "", vocabulary="") == []
