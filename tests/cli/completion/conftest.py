"""An index with names that a shell would take apart."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main

from ovmr_index import DrawOptions, Index
from ovmr_index.db.location import Location
from tests.support.once import made_once
from tests.support.tampering import damage

ODD_NAMES = ("od (one) 'two'", "odd:colon", 'odq"$HOME`*\\!', "ode=ünï")


@pytest.fixture(scope="module", autouse=True)
def _command_line_is_built_once() -> Iterator[None]:
    """Build the command line for the first answer alone: it takes longer than an answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", cache(typer.main.get_command))
        yield


def _add_names(root: Path) -> None:
    vocabulary = "SELECT pk FROM vocabularies WHERE name = 'lvis_v1_train'"
    for key, name in enumerate(ODD_NAMES, 100_000):
        text = name.replace("'", "''")
        damage(
            root,
            "INSERT INTO categories (vocabulary_pk, key, position, name, record)"
            f" VALUES (({vocabulary}), {key}, {key}, '{text}', '{{}}')",
        )


@pytest.fixture(scope="session")
def named(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """Return the root of an index with odd names of categories and two samples: read only."""

    def make(root: Path) -> None:
        root.mkdir()
        shutil.copyfile(shared / "ovmr.db", root / "ovmr.db")
        with Index.open(root) as index:
            index.samples.draw(DrawOptions(k=2), name="five")
            index.samples.draw(DrawOptions(k=1), name="four_of:all")
        _add_names(root)

    return made_once(tmp_path_factory, "index with names", make)


@pytest.fixture
def place(named: Path) -> Location:
    """Return where that index is."""
    return Index.open(named).location


@pytest.fixture
def given(named: Path, place: Location) -> tuple[str, ...]:
    """Return the options that lead to that index: one that is in its usual place needs none."""
    root = ("--root", str(named))
    return root if isinstance(place, Path) else (*root, "--db", str(place))
