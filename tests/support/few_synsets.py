"""Indexes of few synsets, which are quick to copy and to read."""

import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index.db import schema
from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.models import Synset
from tests.support.odd_trees import synsets_of_odd_trees
from tests.support.once import made_once
from tests.support.small_demo import synsets_of_demo
from tests.support.trees import APPLE, APPLE_WNID, BASKET, BASKET_WNID, TENCH, TENCH_WNID

SYNSETS = [
    (1, TENCH, TENCH_WNID, "tench Tinca_tinca"),
    (2, APPLE, APPLE_WNID, "apple"),
    (3, BASKET, BASKET_WNID, "basket handbasket"),
]
_THIN_OUT = """
CREATE TEMPORARY TABLE kept AS
WITH RECURSIVE above (pk) AS (
    SELECT pk FROM synsets WHERE name IN ({names})
    UNION SELECT hypernym_pk FROM hypernyms JOIN above ON synset_pk = above.pk
)
SELECT pk FROM above;
DELETE FROM hypernyms WHERE synset_pk NOT IN (SELECT pk FROM kept);
DELETE FROM synsets WHERE pk NOT IN (SELECT pk FROM kept);
VACUUM;
"""


def index_of_few_synsets(factory: pytest.TempPathFactory) -> Path:
    """Return an index that holds three synsets alone, to be copied."""
    return made_once(factory, "few synsets.db", lambda path: schema.create(path, _fill))


def index_of_odd_synsets(factory: pytest.TempPathFactory, with_wordnet: Path) -> Path:
    """Return an index of the synsets of odd trees with all above them, to be copied."""
    return index_of_synsets(factory, with_wordnet, "odd synsets.db", synsets_of_odd_trees())


def index_of_demo_synsets(
    factory: pytest.TempPathFactory, with_wordnet: Path, demo_tree: Path
) -> Path:
    """Return an index of the synsets of the demo and odd trees and all above, to be copied."""

    def make(path: Path) -> None:
        _thin_out(with_wordnet, path, synsets_of_odd_trees() | synsets_of_demo(demo_tree))

    return made_once(factory, "demo synsets.db", make)


def index_of_synsets(
    factory: pytest.TempPathFactory, with_wordnet: Path, name: str, synsets: Collection[str]
) -> Path:
    """Return an index of some synsets with all above them, a file of this name, to be copied."""
    return made_once(factory, name, lambda path: _thin_out(with_wordnet, path, synsets))


def _thin_out(with_wordnet: Path, path: Path, names: Collection[str]) -> None:
    """Copy an index that holds WordNet alone, and delete what is not above one of the names."""
    kept = ", ".join(f"'{name}'" for name in sorted(names))
    with closing(sqlite3.connect(shutil.copyfile(with_wordnet, path))) as connection:
        connection.executescript(_THIN_OUT.format(names=kept))


def _fill(connection: Connection) -> None:
    insert_rows(connection, Synset, ("pk", "name", "wnid", "lemmas"), SYNSETS)
