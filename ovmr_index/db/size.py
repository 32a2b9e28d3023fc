"""How large an index is."""

from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.location import Location

_OF_SCHEMA = (
    "SELECT CAST(coalesce(sum(pg_total_relation_size(oid)), 0) AS bigint) FROM pg_class"
    " WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind = 'r'"
)


def stored_bytes(connection: Connection, location: Location) -> int:
    """Return the size in bytes of the index that `connection` is open on: its file, or tables."""
    if isinstance(location, Path):
        return location.stat().st_size
    size: int = connection.exec_driver_sql(_OF_SCHEMA).scalar_one()
    return size
