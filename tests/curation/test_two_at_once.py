"""Two processes that mark at once, and one that is killed while it marks."""

import json

import pytest

from ovmr_index import Index
from tests.curation.marking import FOREVER, Marking
from tests.support.contents import rows_of

# In PostgreSQL two people mark at once, and a writer is killed, in tests/db/postgresql.
pytestmark = [pytest.mark.slow, pytest.mark.exhaustive(on="postgresql")]


def _marked_at(index: Index) -> set[tuple[object, ...]]:
    """Return (category, file, box, time) of each mark."""
    query = "SELECT category_key, file_name, region_key, marked_at FROM exemplar_marks"
    return {*rows_of(index, query)}


def _journalled_at(index: Index) -> set[tuple[object, ...]]:
    """Return what the journal says that the marks are, by the last change of each."""
    last: dict[tuple[object, ...], object] = {}
    query = "SELECT before, after FROM mark_changes ORDER BY step_pk, position"
    for before, after in rows_of(index, query):
        mark = json.loads(after or before)
        last[mark[2], mark[6], mark[7]] = mark[10] if after else None
    return {(*key, at) for key, at in last.items() if at is not None}


def test_marks_of_both_are_there(index: Index) -> None:
    processes = [Marking(index, 1, "ann"), Marking(index, 2, "bob")]
    assert [one.says() for one in processes] == ["ready", "ready"]
    for one in processes:
        one.go()
    for one in processes:
        assert one.says() == "done"
        one.process.join()
        assert one.process.exitcode == 0
    held = {(one.category_id, one.author) for one in index.curation.list()}
    assert held == {(1, "ann"), (2, "bob")}
    pools = len(index.exemplars(1)) + len(index.exemplars(2))
    assert len(index.curation.list()) == pools
    assert rows_of(index, "SELECT count(*) FROM mark_steps") == [(pools,)]


def test_a_step_is_there_whole_or_not_at_all(index: Index) -> None:
    marking = Marking(index, 1, FOREVER)
    assert marking.says() == "ready"
    marking.go()
    assert marking.says() == "done"
    marking.kill()
    marks = rows_of(index, "SELECT count(*) FROM exemplar_marks")[0][0]
    assert _marked_at(index) == _journalled_at(index)
    assert rows_of(
        index,
        "SELECT count(*) FROM mark_steps WHERE pk NOT IN (SELECT step_pk FROM mark_changes)",
    ) == [(0,)]
    one = index.exemplars(2)[0]
    assert index.curation.exclude(one).changed == 1
    assert len(index.curation.list()) == marks + 1
