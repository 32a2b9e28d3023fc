"""Which of many files are there, found by listing folders instead of asking for each file."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ovmr_index.storage.listing import scanned

_FEW = 32  # files of a folder that are asked for one by one


class Presence(NamedTuple):
    """How many files are there, of how many, and the first that is not ("" for none)."""

    there: int
    total: int
    first_missing: str


def count_present(folder: Path, names: Iterable[str]) -> Presence:
    """Count which files are below a folder; names have slashes.

    Those of one folder should follow each other: it is listed once for each time that they do.
    """
    there = total = 0
    first_missing = ""
    for parent, group in groupby(names, _parent):
        some = list(group)
        total += len(some)
        missing = list(_missing(folder, parent, some))
        there += len(some) - len(missing)
        first_missing = first_missing or next(iter(missing), "")
    return Presence(there, total, first_missing)


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _missing(folder: Path, parent: str, names: list[str]) -> Iterator[str]:
    if len(names) <= _FEW:
        yield from (name for name in names if not (folder / name).is_file())
        return
    held = set[str]()
    with suppress(OSError), scanned(folder / parent) as entries:
        held = {entry.name for entry in entries if entry.is_file()}
    yield from (name for name in names if name.rpartition("/")[2] not in held)
