"""How SQLite finds the exemplars of samples: by indexes, never by a look at every image."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index.db.engine import open_engine, reading
from ovmr_index.samples.match_queries import IMPORTED, MATCHED, matched_entries, put_matched
from ovmr_index.samples.saved_queries import missing_picks, sample_entries, saved_samples
from tests.support.plans import plan_of, scanned, seem_large

LARGE = {"images", "regions", "folders", "categories"}


@pytest.fixture
def large(odd_index: Path, tmp_path: Path) -> Iterator[Connection]:
    """Return a connection on a small index that the planner takes for a large one."""
    path = Path(shutil.copyfile(odd_index / "ovmr.db", tmp_path / "ovmr.db"))
    seem_large(path)
    with reading(open_engine(path)) as connection:
        yield connection


def test_exemplars_of_a_saved_sample_are_found_by_index(large: Connection) -> None:
    for query in (sample_entries(1), missing_picks(1)):
        assert scanned(plan_of(large, query)) <= {"datasets", "sources"}
    assert scanned(plan_of(large, saved_samples())) <= {"samples", "sources"}


def test_entries_of_a_file_are_found_by_index(large: Connection) -> None:
    for table in (IMPORTED, MATCHED):
        table.create(large)
    assert scanned(plan_of(large, put_matched())).isdisjoint(LARGE)
    assert scanned(plan_of(large, matched_entries())) == {"tmp_matched"}
