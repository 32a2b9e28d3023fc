"""How SQLite goes about a query."""

from sqlalchemy import ClauseElement, Connection

from ovmr_index.db.engine import driver_connection


def plan_of(connection: Connection, query: ClauseElement) -> str:
    """Return the plan of a query, one step a line."""
    compiled = query.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    values = tuple(compiled.params[name] for name in getattr(compiled, "positiontup", ()))
    cursor = driver_connection(connection).execute(f"EXPLAIN QUERY PLAN {compiled}", values)
    return "\n".join(row[-1] for row in cursor)


def scanned(plan: str) -> set[str]:
    """Return the tables that a plan reads from end to end, whatever the order."""
    return {line.split()[1] for line in plan.splitlines() if line.startswith("SCAN ")}
