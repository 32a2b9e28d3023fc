"""Pools in the making: what steps find, appended in the order in which the table is kept.

The pool of a category is beside that of the next one. Were each step put into the pools as it is
taken, most rows would go between others; so what several steps find waits in `FOUND`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from ovmr_index.db.bulk import Prepared, recreate
from ovmr_index.db.dialects import is_postgresql
from ovmr_index.db.stored_json import read_again
from ovmr_index.errors import DamagedError
from ovmr_index.pools.candidate_queries import StepSources
from ovmr_index.pools.collation_queries import Candidates
from ovmr_index.pools.found_queries import (
    FOUND,
    append_run,
    box_of_no_file,
    found_category,
    found_runs,
    last_found,
    put_found,
)
from ovmr_index.pools.recipe import Step


class _Run(NamedTuple):
    """What a step found for a category: rows of `FOUND` by number, both ends included."""

    category_pk: int
    first: int
    last: int


class AnyFilling(Protocol):
    """How the pools of a vocabulary, which are empty at first, are filled step by step.

    With `reads_in_order` boxes are read by their row numbers where that is quicker.
    """

    reads_in_order: bool

    def find(self, step: Step, sources: StepSources, found: Candidates, *, but_held: bool) -> None:
        """Keep what a step finds for `append`; with `but_held` what the pools do not hold."""

    def append(self) -> None:
        """Append what was found to the pools, category by category."""


class Filling:
    """The pools of a vocabulary, which are empty at first, as they are filled step by step."""

    reads_in_order = True

    def __init__(self, connection: Connection) -> None:
        """Begin with nothing found; what an earlier filling left behind is dropped."""
        self._connection = connection
        self._held: Counter[int] = Counter()
        self._runs: list[_Run] = []
        self._found = 0
        recreate(connection, FOUND)
        self._category = Prepared(connection, found_category())

    def find(self, step: Step, sources: StepSources, found: Candidates, *, but_held: bool) -> None:
        """Keep what a step finds for `append`; with `but_held` what the pools do not hold.

        Raises DamagedError for a box by which nothing can be drawn.
        """
        first = self._found + 1
        put = put_found(step, sources, found, but_held=but_held)
        self._connection.execute(put)
        self._found = self._connection.execute(last_found()).scalar_one()
        if step.take == "boxes":
            self._require_boxes(first)
        self._runs.extend(self._runs_from(first))

    def append(self) -> None:
        """Append what was found to the pools, category by category."""
        values = []
        for run in sorted(self._runs, key=attrgetter("category_pk")):
            held = self._held[run.category_pk]
            values.append({"first": run.first, "last": run.last, "shift": held - run.first})
            self._held[run.category_pk] += run.last - run.first + 1
        if values:
            self._connection.execute(append_run(), values)
        self._runs = []

    def _runs_from(self, first: int) -> Iterator[_Run]:
        """Yield the runs from a row on: counted where each question goes to a server."""
        if is_postgresql(self._connection):
            found = self._connection.execute(found_runs(), {"first": first})
            yield from map(_Run._make, found)
            return
        while first <= self._found:
            run = self._run_from(first)
            yield run
            first = run.last + 1

    def _run_from(self, first: int) -> _Run:
        """Return the run that begins with a row, found by halves: to count all takes longer."""
        category_pk = self._category_of(first)
        rows = range(self._found + 1)
        after = bisect_right(rows, category_pk, first, key=self._category_of)
        return _Run(category_pk, first, after - 1)

    def _category_of(self, row: int) -> int:
        ((category_pk,),) = self._category.rows(row=row)
        return int(category_pk)

    def _require_boxes(self, first: int) -> None:
        query, values = box_of_no_file(), {"first": first}
        if (region_pk := self._connection.execute(query, values).scalar()) is not None:
            raise box_of_none(region_pk)


def box_of_none(region_pk: int) -> DamagedError:
    """Return the error of a box by which nothing can be drawn."""
    return DamagedError(
        f"the index is damaged: regions holds in row {region_pk} a box that no file can"
        f" have; {read_again()}"
    )
