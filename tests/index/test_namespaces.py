"""`Index` has for each noun of the command line a namespace with its commands as methods."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from ovmr_index import DrawOptions, Index, SchemaError
from ovmr_index.cli.app import app
from tests.support.trees import APPLE, TreeBuilder

NAMESPACES = {
    "sample": "samples",
    "curate": "curation",
    "partition": "partitions",
    "vocabulary": "vocabularies",
    "db": "db",
    "export": "exports",
    "ingest": "sources",
}
TARGETS = "exemplars annotations norare rareonly cat-info imagenet-lvis plugin"
ELSEWHERE: dict[tuple[str, ...], tuple[str, ...]] = {
    # A target has one method, which takes its name: a package adds others.
    **{("export", name): ("exports", "target") for name in TARGETS.split()},
    ("curate", "import"): ("curation", "import_"),  # a word of Python's own
    ("import-sample",): ("samples", "import_file"),
    ("show",): ("pools", "show"),
    ("ingest", "parquet"): ("sources", "ingest_parquet"),
    ("prepare", "training"): ("exports", "training"),
    # They stand above the index: a face of its own, and `write_report`.
    ("serve",): (),
    ("report",): (),
    # They need no index: `prepare` sorts files, the demo makes a tree with its index,
    # and `ovmr_index.doctor` is there before an index is.
    ("prepare", "imagenet"): (),
    ("demo",): (),
    ("doctor",): (),
    ("config",): (),  # the settings of the command line alone
    # They need no index either, but what `export parquet` wrote: `ovmr_index.engines`.
    **{("parquet", name): () for name in ("collate", "sample", "coverage", "audit")},
}


def _commands(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    if path and not below:
        yield path
    for name, one in below.items():
        yield from _commands(one, *path, name)


PATHS = list(_commands(typer.main.get_command(app)))


@pytest.fixture
def index(builder: TreeBuilder) -> Iterator[Index]:
    builder.lvis()
    with builder.index() as index:
        index.ingest()
        yield index


def _method(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that lead from an index to the method of a command."""
    if path in ELSEWHERE:
        return ELSEWHERE[path]
    *group, command = path
    return (*(NAMESPACES[name] for name in group), command.replace("-", "_"))


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_each_command_is_a_method(path: tuple[str, ...], tmp_path: Path) -> None:
    found: Any = Index.open(tmp_path)
    for name in _method(path):
        assert name in dir(found)
        found = getattr(found, name)
        assert callable(found) or name in {*NAMESPACES.values(), "pools"}


def test_what_stands_elsewhere_is_a_command() -> None:
    assert {*ELSEWHERE} <= {*PATHS}


def test_each_group_that_does_something_is_a_method() -> None:
    for name in ("ingest", "sample", "export"):
        assert callable(getattr(Index, name))


@pytest.mark.slow
def test_a_namespace_says_what_is_there(index: Index, tmp_path: Path) -> None:
    index.collate()
    index.vocabularies.add("mine", _classes(tmp_path))
    index.partitions.add("half", [APPLE], vocabulary="mine")
    index.sample(DrawOptions(1), name="one")
    held = {
        "sources": "lvis_v1_train",
        "vocabularies": "mine",
        "partitions": "half of mine",
        "pools": "lvis_v1_train",
        "curation": "0 excluded, 0 pinned",
        "samples": "one",
        "exports": str(index.root),
        "db": str(index.location),
    }
    assert held.keys() == {*NAMESPACES.values(), "pools"}
    for name, said in held.items():
        namespace = getattr(index, name)
        shown = repr(namespace)
        assert shown.startswith(f"<{type(namespace).__name__.removeprefix('Index')}")
        assert said in shown


@pytest.mark.sqlite_only  # its file
@pytest.mark.parametrize("name", [*NAMESPACES.values(), "pools"])
def test_a_namespace_of_no_index_can_be_shown(name: str, tmp_path: Path) -> None:
    index = Index.open(tmp_path)
    assert "object at" not in repr(getattr(index, name))
    assert repr(index) == f"<Index {tmp_path / 'ovmr.db'}: not there yet; call index.ingest()>"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sqlite_only  # its file
def test_the_index_shows_its_path_and_sources(index: Index) -> None:
    assert repr(index) == f"<Index {index.path}: lvis_v1_train; 1 category, no pools yet>"


@pytest.mark.sqlite_only  # its file
def test_one_engine_until_the_index_is_closed(index: Index) -> None:
    engine = index.engine
    with index as same:
        assert same is index
        assert index.engine is engine
        index.status()
        assert index.engine is engine
    assert index.engine is not engine
    index.close()
    index.path.unlink()
    with pytest.raises(SchemaError, match="there is no index"):
        _ = index.engine


def _classes(folder: Path) -> Path:
    file = folder / "classes.txt"
    file.write_text(f"{APPLE}\nchair\n")
    return file
