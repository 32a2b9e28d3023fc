"""A copy of a tree and its index, whoever reads or writes that index meanwhile."""

import shutil
import sqlite3
import subprocess
from collections.abc import Collection
from contextlib import closing
from copy import copy
from pathlib import Path

from tests.support.trees import TreeBuilder

_SQLITE = b"SQLite format 3\0"


def copied_tree(source: Path, target: Path, linked: Collection[str] = ()) -> Path:
    """Copy a tree; its index is copied as SQLite does it, in one state and without a journal.

    The folders `linked` of it become links to the source's: whoever writes there changes those.
    """
    links = {source / folder for folder in linked}

    def left_out(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name.endswith("-journal") or Path(folder, name) in links]

    shutil.copytree(source, target, ignore=left_out)
    for folder in linked:
        (target / folder).symlink_to(source / folder)
    index = source / "ovmr.db"
    if index.read_bytes()[: len(_SQLITE)] == _SQLITE:
        (target / index.name).unlink()
        with (
            closing(sqlite3.connect(index)) as held,
            closing(sqlite3.connect(target / index.name)) as copy,
        ):
            held.backup(copy)
    return target


def quick_copy(source: Path, target: Path) -> None:
    """Copy a tree that nobody writes to: `cp` takes a tenth of Python's time."""
    subprocess.run(["cp", "-a", source, target], check=True)


def copied_builder(made: TreeBuilder, folder: Path) -> TreeBuilder:
    """Return a builder of a copy of what another one made, with its index, in a folder."""
    builder = copy(made)
    builder.root = copied_tree(made.root, folder / made.root.name)
    return builder


def fill(builder: TreeBuilder, made: TreeBuilder) -> None:
    """Let an empty tree be a copy of what another builder made, with its index."""
    builder.root.rmdir()
    vars(builder).update(vars(copied_builder(made, builder.root.parent)))
