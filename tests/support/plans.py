"""How SQLite goes about a query."""

import re
from collections.abc import Iterable

from sqlalchemy import ClauseElement, Connection

from ovmr_index.db.engine import driver_connection

# Before 3.36: "SCAN TABLE images AS seen USING INDEX ...", and now "SCAN seen USING INDEX ...".
_OLD_WORDS = re.compile(r"^(SCAN|SEARCH) (?:TABLE|SUBQUERY) (\S+)(?: AS (\S+))?")
_NUMBER = re.compile(r"_[0-9]+$")


def plan_of(connection: Connection, query: ClauseElement) -> str:
    """Return the plan of a query, one step a line."""
    compiled = query.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    values = tuple(compiled.params[name] for name in getattr(compiled, "positiontup", ()))
    cursor = driver_connection(connection).execute(f"EXPLAIN QUERY PLAN {compiled}", values)
    return plan_text(row[-1] for row in cursor)


def plan_text(steps: Iterable[str]) -> str:
    """Return the steps of a plan, one a line, in the words that SQLite uses since 3.36."""
    return "\n".join(
        _OLD_WORDS.sub(lambda step: f"{step[1]} {step[3] or step[2]}", step) for step in steps
    )


def scanned(plan: str) -> set[str]:
    """Return the tables that a plan reads from end to end, whatever the order.

    A plan names an alias and not its table: `images_1` is one that SQLAlchemy made of `images`.
    """
    return {_NUMBER.sub("", table) for step, table in _tables(plan) if step == "SCAN"}


def used(plan: str) -> set[str]:
    """Return the tables that a plan reads from end to end or searches in."""
    return {_NUMBER.sub("", table) for _, table in _tables(plan)}


def _tables(plan: str) -> list[tuple[str, str]]:
    steps = (line.split() for line in plan.splitlines())
    return [(words[0], words[1]) for words in steps if words[0] in {"SCAN", "SEARCH"}]
