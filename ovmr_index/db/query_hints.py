"""What to type where a query asks for a column, a view or a function that is not there."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from difflib import SequenceMatcher
from typing import NamedTuple

from ovmr_index.errors import alternatives, folded, nearest, shortened

_COLUMN = re.compile(r'no such column: "?(?P<name>.+?)"?(?: - should this .*)?$', re.DOTALL)
_AMBIGUOUS = re.compile(r"ambiguous column name: (?P<name>.+)$", re.DOTALL)
_TABLE = re.compile(r"no such table: (?P<name>.+)$", re.DOTALL)
_FUNCTION = re.compile(r"no such function: (?P<name>.+)$", re.DOTALL)
# Comments and texts, which name nothing; then what may be a name, in any of SQL's quotes.
_WORD = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'"
    r'|"(?P<double>(?:[^"]|"")*)"|\[(?P<square>[^\]]*)\]|`(?P<back>[^`]*)`|(?P<plain>\w+)|(?P<sign>\S)',
    re.DOTALL,
)
_CLAUSES = frozenset(
    (
        *("as", "cross", "except", "full", "group", "having", "inner", "intersect", "join"),
        *("left", "limit", "natural", "on", "order", "outer", "right", "union", "using"),
        *("where", "window"),
    )
)
_RELATIONS = (
    "SELECT schema.name, info.name FROM sqlite_schema AS schema, pragma_table_info(schema.name)"
    " AS info WHERE schema.type = ? ORDER BY schema.name, info.cid"
)
_FUNCTIONS = "SELECT DISTINCT name FROM pragma_function_list WHERE name > 'a' ORDER BY name"
_CHARACTERS = 280  # of names in one message
_VIEWS = 3  # whose columns are listed
_NAME = 60  # characters of a name that is not there


class Names(NamedTuple):
    """What a query can ask for: the columns of views and of tables by name, and functions."""

    views: dict[str, list[str]]
    tables: dict[str, list[str]]
    functions: list[str]
    database: str = "SQLite"


class _Asked:
    """The views and tables that a query names, and by which alias."""

    def __init__(self, query: str, names: Names) -> None:
        words = [_text(found) for found in _WORD.finditer(query)]
        known = {name.casefold(): name for name in (*names.views, *names.tables)}
        self.columns = {**names.tables, **names.views}
        self.called: dict[str, str] = {}
        for place, word in enumerate(words):
            if (relation := known.get(word.casefold())) is None or words[place - 1 : place] == [
                "."
            ]:
                continue
            following = [one for one in words[place + 1 : place + 3] if one.casefold() != "as"]
            alias = following[0] if following else ""
            is_alias = alias.isidentifier() and alias.casefold() not in _CLAUSES
            if words[place + 1 : place + 2] != ["."]:
                self.called[alias if is_alias else relation] = relation

    def relations(self, prefix: str) -> list[str]:
        """Return the views that a column with this prefix ("" for none) may be of."""
        if not prefix:
            return list(dict.fromkeys(self.called.values()))
        calls = {alias.casefold(): relation for alias, relation in self.called.items()}
        return [calls[prefix.casefold()]] if prefix.casefold() in calls else []


def _text(found: re.Match[str]) -> str:
    return next((text for text in found.groups() if text is not None), "")


def hint(message: str, query: str, address: str) -> str | None:
    """Return what SQLite says of a query with what is there instead; None where that is not known.

    Args:
        message: What SQLite says.
        query: The query.
        address: The URI of the index's file, which is read only.
    """
    try:
        names = _read_names(address)
    except sqlite3.Error:  # what is wrong with the query can be said without them
        return None
    return hint_among(message, query, names)


def hint_among(message: str, query: str, names: Names) -> str | None:
    """Return what SQLite says of a query with those of some `names` that may be meant."""
    asked = _Asked(query, names)
    if found := _COLUMN.match(message):
        return _no_column(found["name"], query, asked, names)
    if found := _AMBIGUOUS.match(message):
        return _ambiguous(found["name"], asked)
    if found := _TABLE.match(message):
        return _no_table(found["name"], names)
    if found := _FUNCTION.match(message):
        near = _meant(found["name"], names.functions)
        advice = near or f"this {names.database} has none of that name"
        return f"no such function: {shortened(found['name'], _NAME)}; {advice}"
    return None


def _read_names(address: str) -> Names:
    with closing(sqlite3.connect(f"{address}?mode=ro", uri=True)) as connection:
        views, tables = (_columns(connection, kind) for kind in ("view", "table"))
        return Names(views, tables, [name for (name,) in connection.execute(_FUNCTIONS)])


def _columns(connection: sqlite3.Connection, kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for relation, column in connection.execute(_RELATIONS, (kind,)):
        found.setdefault(relation, []).append(column)
    return found


def _no_column(name: str, query: str, asked: _Asked, names: Names) -> str:
    prefix, column = _split(name)
    said = f"no such column: {shortened(name, _NAME)}"
    relations = asked.relations(prefix)
    if prefix and not relations:
        given = ", ".join(asked.called) or "no view"
        return f"{said}; the query names {shortened(given)}, and not {shortened(prefix, _NAME)!r}"
    held = [f"{one} has {_listed(column, asked.columns[one], relations)}" for one in relations]
    parts = [said, *held[:_VIEWS]]
    others = [one for one, columns in names.views.items() if column in columns]
    if f'"{column}"' in query:
        parts.append("a text is in single quotes")
    if near := _meant(column, [one for held in relations for one in asked.columns[held]]):
        parts.append(near)
    elif others:
        parts.append(f"{_listed('', others, [])} {'has' if len(others) == 1 else 'have'} it")
    elif not relations:
        parts.append(f"the query names no view: there are {_listed('', names.views, [])}")
    return "; ".join(parts)


def _ambiguous(name: str, asked: _Asked) -> str:
    column = _split(name)[1]
    ways = [f"{one}.{column}" for one, of in asked.called.items() if column in asked.columns[of]]
    advice = f"write {' or '.join(ways[:_VIEWS])}" if ways else "write the view's name before it"
    return f"ambiguous column name: {shortened(name, _NAME)}; {shortened(advice)}"


def _no_table(name: str, names: Names) -> str:
    said, wanted = f"no such table: {shortened(name, _NAME)}", _split(name)[1]
    near = _meant(wanted, names.views)
    there = f"there are {_listed(wanted, names.views, [])}"
    return "; ".join(filter(None, (said, near, there)))


def _split(name: str) -> tuple[str, str]:
    """Return what stands before the last dot of a name, without a schema's name, and the rest."""
    before, _, column = name.rpartition(".")
    return before.rpartition(".")[2], column


def _meant(name: str, known: Iterable[str]) -> str:
    near = nearest(name, dict.fromkeys(known))
    return f"did you mean {alternatives(near)}?" if near else ""


def _listed(wanted: str, names: Iterable[str], beside: Sequence[str]) -> str:
    """Return names, the nearest first, as many as there is room for beside those of others."""
    form = folded(wanted)
    ranked = list(names)
    if wanted:
        ranked.sort(key=lambda one: -SequenceMatcher(None, form, folded(one)).ratio())
    room, shown = _CHARACTERS // max(1, min(len(beside), _VIEWS)), list[str]()
    for name in ranked:
        room -= len(name) + 2
        if room < 0:
            return f"{', '.join(shown)}, …"
        shown.append(name)
    return ", ".join(shown)
