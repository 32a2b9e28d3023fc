"""Units of work: who claims them, for how long, and what becomes of those of a worker that ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Select, literal, select, union_all

from ovmr_index import OvmrIndexError
from ovmr_index.db import work_units
from ovmr_index.db.session import Session
from ovmr_index.db.work_units import Part
from tests.support.contents import run_on

JOB = "dig source garden"


@pytest.fixture
def session(tmp_path: Path, empty_index: Path) -> Iterator[Session]:
    """Return a session on an index with four units of a job, 3 to 6."""
    path = tmp_path / "ovmr.db"
    path.write_bytes(empty_index.read_bytes())
    found = Session(tmp_path, path)
    _add(Part(found, JOB))
    yield found
    found.close()


def _units(*numbers: int) -> Select[int]:
    return select(union_all(*(select(literal(one).label("n")) for one in numbers)).subquery())


def _add(part: Part, *numbers: int) -> bool:
    with part._session.write() as connection:
        is_first = part.begin(connection)
        part.add(connection, _units(*(numbers or range(3, 7))))
    return is_first


def _numbers(part: Part, count: int) -> list[int]:
    return [unit.number for unit in next(part.claims(count), [])]


def _end(part: Part, count: int, payload: str = "{}") -> None:
    for unit in next(part.claims(count)):
        with part._session.write() as connection:
            part.end(connection, unit, payload)


def test_each_unit_is_claimed_by_one(session: Session) -> None:
    first, second = Part(session, JOB), Part(session, JOB)
    assert _numbers(first, 2) == [3, 4]
    assert _numbers(second, 3) == [5, 6]
    assert _numbers(first, 1) == []
    assert _numbers(Part(session, "another job"), 1) == []


def test_a_job_is_over_when_all_is_done(session: Session) -> None:
    part = Part(session, JOB)
    _end(part, 3)
    assert not part.is_over()
    _end(part, 3, '{"issues": ["a stone"]}')
    assert part.is_over()
    assert _add(Part(session, JOB)), "who comes when it is over begins again"
    assert part.said() == ['{"issues": ["a stone"]}']
    _end(part, 4)
    assert part.is_over()
    assert part.said() == []


def test_who_comes_later_adds_what_is_not_open(session: Session) -> None:
    first = Part(session, JOB)
    _end(first, 1)
    assert _numbers(first, 1) == [4]
    assert not _add(Part(session, JOB), 3, 4, 5, 9)
    assert _numbers(Part(session, JOB), 9) == [3, 5, 6, 9]


def test_a_lease_that_runs_out(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_units, "LEASE_SECONDS", -1.0)
    assert _numbers(Part(session, JOB), 4) == [3, 4, 5, 6]
    monkeypatch.setattr(work_units, "LEASE_SECONDS", 60.0)
    living = Part(session, JOB)
    assert _numbers(living, 4) == [3, 4, 5, 6]
    monkeypatch.setattr(work_units, "LEASE_SECONDS", -1.0)
    living.renew()
    assert _numbers(Part(session, JOB), 4) == [3, 4, 5, 6]


def test_a_process_of_this_machine_that_has_ended(session: Session) -> None:
    part = Part(session, JOB)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        host, _, rest = part.worker.rsplit(" ", 2)
        part.worker = f"{host} {ended.pid} {rest}"
    assert _numbers(part, 2) == [3, 4]
    assert _numbers(Part(session, JOB), 4) == [3, 4, 5, 6]


def test_a_worker_elsewhere_has_its_lease(session: Session) -> None:
    part = Part(session, JOB)
    part.worker = "another host 1 abc"
    assert _numbers(part, 2) == [3, 4]
    assert _numbers(Part(session, JOB), 4) == [5, 6]


def test_what_is_left_is_for_others(session: Session) -> None:
    for error in (KeyboardInterrupt, OvmrIndexError, OvmrIndexError):
        with suppress(error), Part.taken(session, JOB) as part:
            assert _numbers(part, 4) == [3, 4, 5, 6]
            raise error
    other = Part(session, JOB)
    _end(other, 4)
    assert other.is_over(), "these four were all"
    assert other.given_up() == []


def test_what_fails_again_and_again_is_given_up(session: Session) -> None:
    for _ in range(3):
        with suppress(OvmrIndexError), Part.taken(session, JOB) as part:
            assert _numbers(part, 1) == [3]
            raise OvmrIndexError("the process ended")
    part = Part(session, JOB)
    _end(part, 4)
    assert part.is_over()
    assert _add(Part(session, JOB), 3)
    assert part.given_up() == [3]
    assert _numbers(part, 1) == [3]


def test_who_waits_takes_over(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one lives, and lets its lease run out while it is waited for."""
    monkeypatch.setattr(work_units, "LEASE_SECONDS", 0.3)
    monkeypatch.setattr(work_units, "_LOOK_SECONDS", 0.01)
    other = Part(session, JOB)
    assert _numbers(other, 4) == [3, 4, 5, 6]
    part = Part(session, JOB)
    assert not part.is_over()
    assert _numbers(part, 4) == [3, 4, 5, 6]
    run_on(session.path, "DELETE FROM work_units")
    assert part.is_over()
