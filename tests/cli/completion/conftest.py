"""An index with names that a shell would take apart."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from tests.support.once import made_once

ODD_NAMES = ("od (one) 'two'", "odd:colon", 'odq"$HOME`*\\!', "ode=ünï")


def _add_names(root: Path) -> None:
    with closing(sqlite3.connect(root / "ovmr.db")) as connection, connection:
        vocabulary = "SELECT pk FROM vocabularies WHERE name = 'lvis_v1_train'"
        connection.executemany(
            "INSERT INTO categories (vocabulary_pk, key, position, name, record)"
            f" VALUES (({vocabulary}), :id, :id, :name, '{{}}')",
            [{"id": 100_000 + place, "name": name} for place, name in enumerate(ODD_NAMES)],
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
