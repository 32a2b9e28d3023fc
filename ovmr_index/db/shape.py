"""What a database is made of: its tables, indexes, views and triggers, and how two differ in them.

Statements are compared by their words. SQLite rewrites the text of a table whose columns are added
or renamed: quotes, spaces and the order of the lines differ between an index that was upgraded and
a new one, and mean nothing.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from ovmr_index.errors import SchemaError, shell_command

_PARTS = text(
    "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'alembic_version'"
    " ORDER BY type, name"
)
_WORD = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\[[^\]]*\]|`[^`]*`|[\w.$]+|\S",
    re.DOTALL,
)
_IN_WORDS = {
    "missing": "missing",
    "changed": "not what this program made",
    "foreign": "none of this program's",
}
_QUOTES = ('"', "[", "`")


class PartName(NamedTuple):
    """What a part is, `table`, `index`, `view` or `trigger`, and its name."""

    kind: str
    name: str

    def __str__(self) -> str:
        """Name it as messages do."""
        return f"the {self.kind} {self.name}"


Parts = Mapping[PartName, str]  # the statement that makes each part


class Difference(NamedTuple):
    """A part that is `missing`, of another form than it should be (`changed`), or `foreign`."""

    part: PartName
    how: str

    def __str__(self) -> str:
        """Say it as messages do."""
        return f"{self.part} is {_IN_WORDS[self.how]}"


def parts_of(connection: Connection) -> Parts:
    """Return the statements that made the parts of a SQLite database, but not SQLite's own."""
    rows = connection.execute(_PARTS)
    return {PartName(kind, name): sql for kind, name, sql in rows}


def differences(found: Parts, wanted: Parts) -> list[Difference]:
    """Return how the parts that are found differ from those that are wanted."""
    lacking = [
        Difference(part, "missing" if part not in found else "changed")
        for part, sql in wanted.items()
        if part not in found or not _are_alike(part.kind, found[part], sql)
    ]
    return lacking + [Difference(part, "foreign") for part in found if part not in wanted]


def tables_differ(found: Parts, wanted: Parts) -> list[Difference]:
    """Return the tables that are wanted and are not there, or have another form."""
    return [
        one
        for one in differences(found, wanted)
        if one.part.kind == "table" and one.how != "foreign"
    ]


def parts_to_remake(found: Parts, wanted: Parts) -> list[PartName]:
    """Return the views and indexes that are wanted and lacking, which can be made of the rows."""
    return [
        one.part
        for one in differences(found, wanted)
        if one.how != "foreign" and one.part.kind in ("index", "view")
    ]


def how_to_remake() -> str:
    """Return what to type to make an index again with the samples and marks that no file has."""
    program = shell_command()
    return (
        f"restore a backup, or save each of `{program} sample list` by `{program} export sample"
        f" --name NAME -o FILE` and the marks by `{program} curate export MARKS`, delete the index,"
        f" run `{program} ingest`, then `{program} import-sample FILE --name NAME` and"
        f" `{program} curate import MARKS`"
    )


def remake(connection: Connection, wanted: Parts) -> None:
    """Make the views and indexes of a SQLite database that are missing or have another form.

    Raises SchemaError where rows are at odds with an index that does not allow two alike.
    """
    found = parts_of(connection)
    for part in parts_to_remake(found, wanted):
        if part in found:
            connection.exec_driver_sql(f'DROP {part.kind} "{part.name}"')
        try:
            connection.exec_driver_sql(wanted[part])
        except IntegrityError as error:
            raise SchemaError(
                f"{part} cannot be made again: {error.orig}; nothing was changed; {how_to_remake()}"
            ) from None


def _are_alike(kind: str, one: str, other: str) -> bool:
    if one == other:
        return True
    if kind == "table":
        return _definitions(one) == _definitions(other)
    return _words(one) == _words(other)


def _definitions(sql: str) -> list[list[str]]:
    """Return what a statement makes a table of, in no order, each as its words."""
    parts: list[list[str]] = [[]]
    depth = 0
    for word in _words(sql):
        depth += (word == "(") - (word == ")")
        is_outermost = (word in "(," and depth == 1) or (word == ")" and depth == 0)
        if is_outermost:
            parts.append([])
        else:
            parts[-1].append(word)
    return sorted(parts)


def _words(sql: str) -> list[str]:
    """Return the words and signs of a statement: without comments, names without their quotes."""
    found = []
    for word in _WORD.findall(sql):
        if word.startswith(("--", "/*")):
            continue
        found.append(word[1:-1] if word.startswith(_QUOTES) else word)
    return found
