"""A query of unknown origin as PostgreSQL takes it: values by name, no function that acts."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from ovmr_index.db.query_values import parameter
from ovmr_index.errors import UsageError, shortened

_TOKEN = re.compile(
    r"(?P<skipped>--[^\n]*|/\*.*?\*/"
    r"|\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'"
    r"|\$(?P<tag>[^\W\d]\w*|)\$.*?\$(?P=tag)\$|::)"
    r'|(?P<escaped>\b[uU]&")'
    r'|"(?P<quoted>(?:[^"]|"")*)"'
    r"|:(?P<name>[^\W\d]\w*)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<sign>\S)",
    re.DOTALL,
)
_COMMENT = re.compile(r"\s*(?:--[^\n]*\n?|/\*.*?\*/)?", re.DOTALL)
# What a statement begins with that does something; what else is no SELECT is said by the server.
_DOING = frozenset(
    (
        *("alter", "analyze", "begin", "call", "checkpoint", "close", "cluster", "comment"),
        *("commit", "copy", "create", "declare", "delete", "discard", "do", "drop", "end"),
        *("execute", "fetch", "grant", "import", "insert", "listen", "load", "lock", "merge"),
        *("move", "notify", "prepare", "reassign", "refresh", "reindex", "release", "reset"),
        *("revoke", "rollback", "savepoint", "security", "set", "show", "start", "truncate"),
        *("unlisten", "update", "vacuum"),
    )
)
# Functions that reach files, other sessions or other servers, run a text as a statement, or change
# a setting. The rest only computes: a transaction that reads, in a role that may not write.
_ACTING = re.compile(
    r"pg_(?!typeof$|column_size$|size_)\w*|lo_\w+|dblink\w*|set_config|current_setting|setval|nextval"
    r"|(?:query|cursor|database|schema|table)_to_xml\w*|ts_stat|ts_rewrite|crosstab\w*|connectby",
)


class ServerQuery(NamedTuple):
    """A query with the places of its values as psycopg has them, and the words that it names."""

    text: str
    words: frozenset[str]
    explains: bool


def server_query(query: str, values: Mapping[str, object]) -> ServerQuery | None:
    """Return a query as psycopg takes it; None for one that does something.

    Raises:
        UsageError: A value of `:name` is missing, or a function is called that acts.
    """
    first = _first_word(query)
    if first in _DOING:
        return None
    parts, words, at = [], set[str](), 0
    for token in _TOKEN.finditer(query):
        parts.append(query[at : token.start()])
        at = token.end()
        called = token["word"] or token["quoted"]
        if token["escaped"] or (called and _is_call(query, at) and _acts(called)):
            raise UsageError(f"the function {shortened(called or token[0])} is not allowed here")
        if called:
            words.add(called.lower())
        parts.append(_placed(token, values))
    return ServerQuery("".join((*parts, query[at:])), frozenset(words), first == "explain")


def _first_word(query: str) -> str:
    at = 0
    while (found := _COMMENT.match(query, at)) is not None and found.end() > at:
        at = found.end()
    token = _TOKEN.match(query, at)
    return "" if token is None else token[0].lower()


def is_empty(query: str) -> bool:
    """Return whether there is nothing in a query but comments and what ends it."""
    return _first_word(query.replace(";", " ")) == ""


def _is_call(query: str, at: int) -> bool:
    return query[at:].lstrip().startswith("(")


def _acts(name: str) -> bool:
    return _ACTING.fullmatch(name.lower()) is not None


def _placed(token: re.Match[str], values: Mapping[str, object]) -> str:
    """Return a token with its per cent signs doubled, and the place of a value for its name."""
    name = token["name"]
    if name is None:
        return token[0].replace("%", "%%")
    if name not in values:
        raise UsageError(f"the query asks for :{name}; give {parameter(name)}")
    return f"%({name})s"
