"""Units of work as rows: which are open, who may claim them, and what became of each."""

from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Select,
    Text,
    Update,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert  # SQLite has its ON CONFLICT

from ovmr_index.db.dialects import ServerTime
from ovmr_index.db.models import WHOLE, WorkUnit

MOST_TRIES = 3
_OPEN = ("waiting", "claimed")


def open_count(job: str) -> Select[int]:
    """Return how many units of a job are neither done nor given up."""
    return select(func.count()).where(WorkUnit.c.job == job, WorkUnit.c.state.in_(_OPEN))


def open_beginning(job: str) -> Select[int]:
    """Return how many units are open of the jobs whose names begin like this."""
    begins = func.substr(WorkUnit.c.job, 1, len(job)) == job
    return select(func.count()).where(begins, WorkUnit.c.state.in_(_OPEN))


def delete_ended(job: str) -> Delete:
    """Return the statement that deletes the units of a job that are not open."""
    return delete(WorkUnit).where(WorkUnit.c.job == job, WorkUnit.c.state.not_in(_OPEN))


def delete_silent(job: str) -> Delete:
    """Return the statement that deletes the units of a job that left nothing to say."""
    return delete(WorkUnit).where(
        WorkUnit.c.job == job, WorkUnit.c.state == "done", WorkUnit.c.payload == "{}"
    )


def add_units(job: str, units: Select[int]) -> Insert:
    """Return the statement that adds numbered units to a job; those that are open stay.

    One that was done or given up begins again.
    """
    found = units.order_by(None).subquery("found")
    number = next(iter(found.c))
    rows = (
        select(
            literal(job, Text()),
            cast(number, Text()),
            literal("{}", Text()),
            literal("waiting", Text()),
            literal(0, WHOLE),
        )
        .where(true())
        .order_by(number)
    )
    put = insert(WorkUnit).from_select(["job", "unit", "payload", "state", "tries"], rows)
    return put.on_conflict_do_update(
        index_elements=["job", "unit"],
        set_={"state": "waiting", "tries": 0, "payload": "{}", "worker": None},
        where=WorkUnit.c.state.not_in(_OPEN),
    )


def free_units(job: str, ended: Collection[str], count: int) -> Select[int]:
    """Return the row numbers of the next units to claim, and lock them.

    In PostgreSQL those that another locks at this moment are passed over.

    Args:
        job: The job.
        ended: Workers that are known to have ended.
        count: How many units at most.
    """
    return (
        select(WorkUnit.c.pk)
        .where(WorkUnit.c.job == job, or_(WorkUnit.c.state == "waiting", _is_left(ended)))
        .where(WorkUnit.c.tries < MOST_TRIES)
        .order_by(WorkUnit.c.pk)
        .limit(count)
        .with_for_update(skip_locked=True)
    )


def claim_units(pks: Collection[int], worker: str, seconds: float) -> Update:
    """Return the statement that gives units to a worker; its rows are pk and number."""
    claimed = update(WorkUnit).where(WorkUnit.c.pk.in_(pks))
    return claimed.values(
        state="claimed",
        worker=worker,
        leased_until=ServerTime() + seconds,
        tries=WorkUnit.c.tries + 1,
    ).returning(WorkUnit.c.pk, WorkUnit.c.unit)


def give_up(job: str, ended: Collection[str]) -> Update:
    """Return the statement that gives up the units that were begun too often and are left."""
    free = or_(WorkUnit.c.state == "waiting", _is_left(ended))
    tried = update(WorkUnit).where(WorkUnit.c.job == job, WorkUnit.c.tries >= MOST_TRIES, free)
    return tried.values(state="failed", worker=None, leased_until=None)


def renew(worker: str, seconds: float) -> Update:
    """Return the statement that prolongs the lease of a worker's units."""
    mine = update(WorkUnit).where(WorkUnit.c.worker == worker, WorkUnit.c.state == "claimed")
    return mine.values(leased_until=ServerTime() + seconds)


def end_unit(pk: int, payload: str) -> Update:
    """Return the statement that ends a unit, with what is to be said of it."""
    one = update(WorkUnit).where(WorkUnit.c.pk == pk)
    return one.values(state="done", payload=payload, worker=None, leased_until=None)


def release(worker: str, *, is_failure: bool) -> Update:
    """Return the statement that lets others have a worker's units; a failure counts as a try."""
    mine = update(WorkUnit).where(WorkUnit.c.worker == worker, WorkUnit.c.state == "claimed")
    tries = WorkUnit.c.tries if is_failure else WorkUnit.c.tries - 1
    return mine.values(state="waiting", worker=None, leased_until=None, tries=tries)


def workers(job: str) -> Select[str | None]:
    """Return those who work on a job now."""
    claimed = WorkUnit.c.job == job, WorkUnit.c.state == "claimed"
    return select(WorkUnit.c.worker).where(*claimed).distinct().order_by(WorkUnit.c.worker)


def ended_units(job: str, state: str) -> Select[str, str]:
    """Return (number, payload) of the units of a job that were done, or failed, in order."""
    return (
        select(WorkUnit.c.unit, WorkUnit.c.payload)
        .where(WorkUnit.c.job == job, WorkUnit.c.state == state)
        .order_by(WorkUnit.c.pk)
    )


def _is_left(ended: Collection[str]) -> ColumnElement[bool]:
    """Whether the worker of a unit is gone: its lease has run out, or it is known to have ended."""
    is_over = or_(WorkUnit.c.leased_until < ServerTime(), WorkUnit.c.worker.in_(ended))
    return (WorkUnit.c.state == "claimed") & is_over
