"""One tree with an index in SQLite and one in PostgreSQL, both asked the same."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

import ovmr_index
from ovmr_index import Index

Ask = Callable[[Index, Path], Any]

_SHOWN = 200  # characters before what differs

# When something was done, how long it took, and what tells whether marks were made since.
_WHEN = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d[\d.+:Z]*)?|(?<='seconds': )[\d.]+"
    r"""|\d+\.\d+ s\b|(?<=data-marks=")\w+|(?<="state":")\w+"""
)


class BothEngines:
    """The same index in both; `folder` is for what they write."""

    def __init__(self, sqlite: Index, postgresql: Index, folder: Path) -> None:
        """Take the two, which are of one root."""
        self.sqlite, self.postgresql, self._folder = sqlite, postgresql, folder
        self._asked = 0

    def differences(self, ask: Ask) -> list[str]:
        """Ask both, each with a new folder; return what is not the same of answer and files."""
        self._asked += 1
        answers, files = [], []
        for name, index in (("sqlite", self.sqlite), ("postgresql", self.postgresql)):
            folder = self._folder / f"{self._asked}" / name
            folder.mkdir(parents=True)
            said = repr(_plain(ask(index, folder))).replace(str(folder), "FOLDER")
            answers.append(_WHEN.sub("WHEN", said))
            files.append(_files(folder))
        found = [name for name in files[0] | files[1] if files[0].get(name) != files[1].get(name)]
        return [*_parting(*answers), *found]


def _parting(one: str, other: str) -> list[str]:
    """Return two texts from shortly before they part, nothing where they do not."""
    if one == other:
        return []
    pairs = enumerate(zip_longest(one, other))
    start = max(0, next(place for place, (mine, its) in pairs if mine != its) - _SHOWN)
    return [text[start : start + 3 * _SHOWN] for text in (one, other)]


def _plain(answer: Any) -> Any:
    """Return an answer with all that is in it, whatever its `repr` leaves out."""
    if answer is None or isinstance(answer, str | bytes | int | float | Path):
        return answer
    if isinstance(answer, Mapping):
        return {_plain(key): _plain(value) for key, value in answer.items()}
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return {one.name: _plain(getattr(answer, one.name)) for one in dataclasses.fields(answer)}
    if isinstance(answer, set | frozenset):
        return sorted(map(repr, map(_plain, answer)))
    return tuple(map(_plain, answer)) if isinstance(answer, Iterable) else repr(answer)


def _files(folder: Path) -> dict[str, bytes]:
    below = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {f"{path.relative_to(folder)}": _content(path) for path in below}


def _content(path: Path) -> bytes:
    """Return what a file holds; of one that says when something was done, not when."""
    content = path.read_bytes()
    if path.suffix not in {".html", ".json", ".md"}:
        return content
    return _WHEN.sub("WHEN", content.decode()).encode()


def query_functions() -> dict[str, Callable[..., Any]]:
    """Return the public functions of all modules of queries, by module and name."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.walk_packages(ovmr_index.__path__, "ovmr_index."):
        if module.name.endswith("_queries"):
            loaded = importlib.import_module(module.name)
            for name, function in inspect.getmembers(loaded, inspect.isfunction):
                if function.__module__ == module.name and not name.startswith("_"):
                    found[f"{module.name.removeprefix('ovmr_index.')}.{name}"] = function
    return found


@contextmanager
def noted_queries() -> Iterator[set[str]]:
    """Note which of `query_functions` are called, wherever they were imported."""
    called: set[str] = set()

    def noting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def note(*arguments: Any, **options: Any) -> Any:
            called.add(name)
            return function(*arguments, **options)

        return note

    wrapped = {id(function): noting(name, function) for name, function in query_functions().items()}
    with pytest.MonkeyPatch.context() as patch:
        for module in [*sys.modules.values()]:
            if module.__name__.startswith("ovmr_index"):
                for name, value in [*vars(module).items()]:
                    if id(value) in wrapped:
                        patch.setattr(module, name, wrapped[id(value)])
        yield called
