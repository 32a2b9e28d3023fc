"""How SQLite finds the exemplars of samples: by indexes, never by a look at every picture."""

from sqlalchemy import Connection

from ovmr_index.samples.match_queries import IMPORTED, found_entries
from ovmr_index.samples.saved_queries import entry_count, sample_entries
from tests.support.plans import plan_of, scanned


def test_exemplars_of_a_saved_sample_are_found_by_index(odd_connection: Connection) -> None:
    assert scanned(plan_of(odd_connection, sample_entries(1))) == {"sources"}
    assert scanned(plan_of(odd_connection, entry_count(1))) == {"sources", "entries"}


def test_entries_of_a_file_are_found_by_index(odd_connection: Connection) -> None:
    IMPORTED.create(odd_connection)
    assert scanned(plan_of(odd_connection, found_entries())) == {"imported"}
