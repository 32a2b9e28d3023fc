"""Indexes of few synsets, which are quick to copy and to read."""

import json
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index.db import schema
from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.models import Hypernym, Synset
from tests.support.odd_trees import synsets_of_odd_trees
from tests.support.once import made_once
from tests.support.small_demo import synsets_of_demo
from tests.support.trees import APPLE, APPLE_WNID, BASKET, BASKET_WNID, TENCH, TENCH_WNID

SYNSETS = [
    (1, TENCH, TENCH_WNID, "tench Tinca_tinca"),
    (2, APPLE, APPLE_WNID, "apple"),
    (3, BASKET, BASKET_WNID, "basket handbasket"),
]
_KEPT = """
WITH RECURSIVE kept (pk) AS (
    SELECT pk FROM synsets WHERE name IN (SELECT value FROM json_each(?))
    UNION SELECT hypernym_pk FROM hypernyms JOIN kept ON synset_pk = kept.pk
)
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
    """Make an index of what is above one of the names in an index that holds WordNet alone."""
    wanted = [json.dumps([*names])]
    columns = {
        Synset: ("pk", "name", "wnid", "lemmas"),
        Hypernym: ("synset_pk", "hypernym_pk", "instance"),
    }

    def fill(connection: Connection) -> None:
        with closing(sqlite3.connect(with_wordnet)) as whole:
            for table, read in columns.items():
                query = (
                    f"{_KEPT} SELECT {', '.join(read)} FROM {table.name} WHERE {read[0]} IN kept"
                )
                rows = whole.execute(f"{query} ORDER BY 1, 2", wanted).fetchall()
                insert_rows(connection, table, read, rows)

    schema.create(path, fill)


def _fill(connection: Connection) -> None:
    insert_rows(connection, Synset, ("pk", "name", "wnid", "lemmas"), SYNSETS)
