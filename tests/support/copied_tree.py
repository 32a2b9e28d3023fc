"""A copy of a tree and its index, whoever reads or writes that index meanwhile."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

_SQLITE = b"SQLite format 3\0"


def copied_tree(source: Path, target: Path) -> Path:
    """Copy a tree; its index is copied as SQLite does it, in one state and without a journal."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*-journal"))
    index = source / "ovmr.db"
    if index.read_bytes()[: len(_SQLITE)] == _SQLITE:
        (target / index.name).unlink()
        with (
            closing(sqlite3.connect(index)) as held,
            closing(sqlite3.connect(target / index.name)) as copy,
        ):
            held.backup(copy)
    return target
