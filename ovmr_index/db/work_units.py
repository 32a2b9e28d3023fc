"""A job that any number of processes do together: each claims units of it, under a lease.

A lease is by the clock of the database, and is renewed for as long as its worker lives. The units
of one that ended are claimed by another.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple, Self
from uuid import uuid4

from sqlalchemy import Connection, Select
from sqlalchemy.exc import DBAPIError

from ovmr_index.db import work_queries
from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError

LEASE_SECONDS = 60.0
_RENEWALS = 4  # within a lease
_LOOK_SECONDS = 0.5  # between two looks at what others do


class Unit(NamedTuple):
    """A unit that this process has claimed; `number` says what it is."""

    pk: int
    number: int


class Part:
    """The part that this process takes in a job; `worker` names it to others.

    `host`, number of the process, and what tells two parts of one process apart.
    """

    def __init__(self, session: Session, job: str) -> None:
        """Claim nothing yet."""
        self._session, self.job = session, job
        self.worker = f"{socket.gethostname()} {os.getpid()} {uuid4().hex[:8]}"
        self._done, self._failed = list[tuple[int, str]](), list[tuple[int, str]]()

    @classmethod
    @contextmanager
    def taken(cls, session: Session, job: str) -> Iterator[Self]:
        """Take part within a block; what is claimed and not done after it is for others to do."""
        part, ended = cls(session, job), threading.Event()
        renewing = threading.Thread(target=part._renew_until, args=(ended,), daemon=True)
        renewing.start()
        try:
            yield part
        except BaseException as error:
            part._release(is_failure=isinstance(error, OvmrIndexError))
            raise
        finally:
            ended.set()
            renewing.join()

    def begin(self, connection: Connection) -> bool:
        """Return whether nobody works on the job; what is known of its former units is deleted."""
        if connection.execute(work_queries.open_count(self.job)).scalar_one():
            return False
        connection.execute(work_queries.delete_ended(self.job))
        return True

    def add(self, connection: Connection, units: Select[int]) -> None:
        """Add units by their numbers, those that are not open already."""
        connection.execute(work_queries.add_units(self.job, units))

    def claims(self, count: int) -> Iterator[list[Unit]]:
        """Yield units that this process is to do, `count` at once, until none is free."""
        while units := self._claim(count):
            yield units

    def end(self, connection: Connection, unit: Unit, payload: str = "{}") -> None:
        """Store that a unit is done, in the transaction that stores what came out of it."""
        connection.execute(work_queries.end_unit(unit.pk, payload))

    def renew(self) -> None:
        """Keep what is claimed for another while; a thread does so until the block ends."""
        with self._session.write(of=f"lease of {self.worker}") as connection:
            connection.execute(work_queries.renew(self.worker, LEASE_SECONDS))

    def is_over(self) -> bool:
        """Return whether no unit is open, once one is free or all are done.

        While others do the last ones it waits, and shows who they are.
        """
        open_units, working = self._look()
        if not open_units:
            self._tidy()
            return True
        if not working:
            return False
        with self._session.progress(f"waiting for {', '.join(working)}", open_units, "units") as on:
            pause = threading.Event()
            while working and not self._has_free():
                pause.wait(_LOOK_SECONDS)
                left, working = self._look()
                on(max(0, open_units - left))
                open_units = min(left, open_units)
        return False

    def said(self) -> list[str]:
        """Return what is to be said of the units that are done, in their order, once it is over.

        It is as `is_over` found it: another process may have begun again since.
        """
        return [payload for _, payload in self._done if payload != "{}"]

    def given_up(self) -> list[int]:
        """Return the numbers of the units that nobody could do, as `is_over` found them."""
        return [number for number, _ in self._failed]

    def _ended(self, connection: Connection, state: str) -> list[tuple[int, str]]:
        rows = connection.execute(work_queries.ended_units(self.job, state)).all()
        return [(int(number), payload) for number, payload in rows]

    def _claim(self, count: int) -> list[Unit]:
        with self._session.write(of=self.worker) as connection:
            ended = self._ended_here(connection)
            connection.execute(work_queries.give_up(self.job, ended))
            free = connection.execute(work_queries.free_units(self.job, ended, count)).scalars()
            pks = [*free]
            if not pks:
                return []
            rows = connection.execute(work_queries.claim_units(pks, self.worker, LEASE_SECONDS))
            return sorted(Unit(pk, int(number)) for pk, number in rows)

    def _has_free(self) -> bool:
        """Return whether a unit can be claimed, or given up, now."""
        with self._session.write(of=self.worker) as connection:
            ended = self._ended_here(connection)
            given_up = connection.execute(work_queries.give_up(self.job, ended)).rowcount
            free = work_queries.free_units(self.job, ended, 1)
            return given_up > 0 or connection.execute(free).first() is not None

    def _look(self) -> tuple[int, list[str]]:
        """Return how many units are open, and who works on them; if none, keep how they ended."""
        with self._session.read() as connection:
            open_units = connection.execute(work_queries.open_count(self.job)).scalar_one()
            if not open_units:
                self._done = self._ended(connection, "done")
                self._failed = self._ended(connection, "failed")
            working = connection.execute(work_queries.workers(self.job)).scalars()
            return open_units, [" ".join((one or "").split()[:2]) for one in working]

    def _tidy(self) -> None:
        with self._session.write(of=self.worker) as connection:
            connection.execute(work_queries.delete_silent(self.job))

    def _ended_here(self, connection: Connection) -> list[str]:
        """Return the workers of this machine whose process has ended."""
        working = connection.execute(work_queries.workers(self.job)).scalars()
        return [one for one in working if one is not None and _has_ended(one)]

    def _renew_until(self, ended: threading.Event) -> None:
        """Renew the lease now and then; whoever works meets what is wrong with the database."""
        with suppress(DBAPIError, OvmrIndexError):
            while not ended.wait(LEASE_SECONDS / _RENEWALS):
                self.renew()

    def _release(self, *, is_failure: bool) -> None:
        with (
            suppress(DBAPIError, OvmrIndexError),
            self._session.write(of=self.worker) as connection,
        ):
            connection.execute(work_queries.release(self.worker, is_failure=is_failure))


def _has_ended(worker: str) -> bool:
    """Return whether a worker was a process of this machine that is no more."""
    host, process, _ = worker.rsplit(" ", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
