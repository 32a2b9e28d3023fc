"""How SQLite finds the exemplars of samples: by indexes, never by a look at every image."""

from sqlalchemy import Connection

from ovmr_index.samples.match_queries import IMPORTED, MATCHED, matched_entries, put_matched
from ovmr_index.samples.saved_queries import missing_picks, sample_entries, saved_samples
from tests.support.plans import plan_of, scanned

LARGE = {"images", "regions", "folders", "categories"}


def test_exemplars_of_a_saved_sample_are_found_by_index(large: Connection) -> None:
    for query in (sample_entries(1), missing_picks(1), saved_samples()):
        assert scanned(plan_of(large, query)) <= {"samples", "sources"}


def test_entries_of_a_file_are_found_by_index(large: Connection) -> None:
    for table in (IMPORTED, MATCHED):
        table.create(large)
    assert scanned(plan_of(large, put_matched())).isdisjoint(LARGE)
    assert scanned(plan_of(large, matched_entries())) == {"tmp_matched"}
