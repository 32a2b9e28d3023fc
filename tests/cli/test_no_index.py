"""What is no index, as --db or --root, and where no copy can go: one line at once, never a wait."""

import os
from pathlib import Path

import pytest

from tests.support.runs import call

COMMANDS = (
    *("status", "ingest", "coverage", "sql SELECT", "db check", "db upgrade", "db current"),
    *("db backup copy.db", "export norare"),
)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link_to_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("other"))
    path.symlink_to("other")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_pipe, "is a pipe, not a file; give another --db"),
        (_link_to_pipe, "is a pipe, not a file; give another --db"),
        (Path.mkdir, "is a folder, not a file; give another --db"),
        (Path.touch, "the file is empty; delete it or give another --db"),
        (lambda path: path.write_text("text"), "is not a SQLite database; give another --db"),
    ],
)
def test_index_that_is_none(tmp_path: Path, command: str, make: object, said: str) -> None:
    path = tmp_path / "ovmr.db"
    assert callable(make)
    make(path)
    done = call("--db", path, *command.split(), root=tmp_path)
    assert done.code == 1
    assert done.error == f"ovmr-index: error: {path}: {said}"


def test_device_as_index(tmp_path: Path) -> None:
    done = call("--db", os.devnull, "status", root=tmp_path)
    assert done.code == 1
    assert done.error.endswith(f"{os.devnull}: is a device, not a file; give another --db")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("make", [_pipe, Path.touch])
def test_root_that_is_no_folder(tmp_path: Path, command: str, make: object) -> None:
    root = tmp_path / "root"
    assert callable(make)
    make(root)
    done = call(*command.split(), root=root)
    assert done.code == 2
    assert done.error == f"ovmr-index: error: {root}: is no folder; give --root DIR"


@pytest.mark.parametrize(
    ("make", "target", "said"),
    [
        (_pipe, "a", "a: there is a file already; give another name"),
        (Path.mkdir, "a", "a: there is a file already; give another name"),
        (lambda path: path.symlink_to("b"), "a", "a: there is a file already; give another name"),
        (Path.touch, "a/b", "a: there is no such folder; make it, or give another"),
        (Path.touch, "c/b", "c: there is no such folder; make it, or give another"),
    ],
)
def test_backup_that_cannot_be_there(
    tmp_path: Path, empty_index: Path, make: object, target: str, said: str
) -> None:
    assert callable(make)
    make(tmp_path / "a")
    done = call("--db", empty_index, "db", "backup", tmp_path / target, root=tmp_path)
    assert done.code == 1
    assert done.error == f"ovmr-index: error: {tmp_path}/{said}"
