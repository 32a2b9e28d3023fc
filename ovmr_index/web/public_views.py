"""The public views of an index, with the columns of each."""

from typing import NamedTuple

from sqlalchemy import Connection, inspect


class PublicView(NamedTuple):
    """A view that queries may rely on, and the names of its columns in their order."""

    name: str
    columns: list[str]


def public_views(connection: Connection) -> list[PublicView]:
    """Return the public views by name."""
    found = inspect(connection)
    return [
        PublicView(name, [column["name"] for column in found.get_columns(name)])
        for name in sorted(found.get_view_names())
    ]
