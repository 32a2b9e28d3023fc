"""An index of few synsets, which is quick to copy and to read."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index.db import schema
from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.models import Synset
from tests.support.once import made_once
from tests.support.trees import APPLE, APPLE_WNID, BASKET, BASKET_WNID, TENCH, TENCH_WNID

SYNSETS = [
    (1, TENCH, TENCH_WNID, "tench Tinca_tinca"),
    (2, APPLE, APPLE_WNID, "apple"),
    (3, BASKET, BASKET_WNID, "basket handbasket"),
]


def index_of_few_synsets(factory: pytest.TempPathFactory) -> Path:
    """Return an index that holds three synsets alone, to be copied."""
    return made_once(factory, "few synsets.db", lambda path: schema.create(path, _fill))


def _fill(connection: Connection) -> None:
    insert_rows(connection, Synset, ("pk", "name", "wnid", "lemmas"), SYNSETS)
