"""Indexes that are really made, once in a test run, and copied from then on."""

from pathlib import Path

import pytest

from ovmr_index.db import schema
from ovmr_index.vocabularies.synsets import load_wordnet
from tests.support.new_indexes import BARE, WITH_WORDNET
from tests.support.once import made_once, run_folder


def with_wordnet(factory: pytest.TempPathFactory) -> Path:
    """Return an index that holds WordNet alone."""
    return made_once(factory, WITH_WORDNET, lambda path: schema.create(path, load_wordnet))


def made_indexes(factory: pytest.TempPathFactory) -> Path:
    """Return a folder with that index, and one that holds nothing."""
    with_wordnet(factory)
    made_once(factory, BARE, lambda path: schema.create(path, lambda _: None))
    return run_folder(factory)
