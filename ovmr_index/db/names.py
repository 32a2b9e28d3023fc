"""The names that an index holds, for a shell that completes them: at once, or none.

They are asked in Python's own driver: to import SQLAlchemy takes longer than a person who has
pressed Tab waits.
"""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Literal

from ovmr_index.db import postgresql_driver
from ovmr_index.db.driver import connect
from ovmr_index.db.location import Location, Server
from ovmr_index.db.revision import HEAD, check_kind, revision_of
from ovmr_index.errors import OvmrIndexError

Kind = Literal["category", "dataset", "partition", "sample", "source", "vocabulary"]

MOST_NAMES = 300  # that one answer has
_CONNECT_SECONDS = "2"  # the shortest time that the driver takes
_VALUE = re.compile(r":(\w+)")

# Text is compared by its bytes, and none of UTF-8 comes after those of the last sign.
_OF_INDEX = (
    "SELECT name FROM {} WHERE name >= :begin AND name < :begin || char(1114111)"
    " ORDER BY name LIMIT :most"
)
_OF_VOCABULARY = (
    "SELECT DISTINCT {0}.name FROM {0} JOIN vocabularies ON vocabularies.pk = vocabulary_pk"
    " WHERE vocabularies.name = :vocabulary AND {0}.name >= :begin"
    " AND {0}.name < :begin || char(1114111) ORDER BY {0}.name LIMIT :most"
)
_QUERIES: dict[Kind, str] = {
    "category": _OF_VOCABULARY.format("categories"),
    "dataset": _OF_INDEX.format("datasets"),
    "partition": _OF_VOCABULARY.format("partitions"),
    "sample": _OF_INDEX.format("samples"),
    "source": _OF_INDEX.format("sources"),
    "vocabulary": _OF_INDEX.format("vocabularies"),
}


def names(location: Location, kind: Kind, begin: str, *, vocabulary: str) -> list[str]:
    """Return the names of a kind that begin with a text, in order: at most 300.

    There are none where there is no index, or one of another schema revision, or one that another
    process is writing to, or a server that does not answer at once: nothing is made.

    Args:
        location: Where the index is.
        kind: What the names are of.
        begin: What they begin with.
        vocabulary: Whose categories and partitions are meant.
    """
    values: dict[str, str | int]
    values = {"begin": begin, "most": MOST_NAMES, "vocabulary": vocabulary}
    try:
        if isinstance(location, Server):
            return _on_server(location, _QUERIES[kind], values)
        check_kind(location)
        with closing(connect(location, read_only=True, seconds=0)) as connection:
            if revision_of(connection) != HEAD:
                return []
            rows = connection.execute(_QUERIES[kind], values)
            return [name for (name,) in rows if isinstance(name, str)]
    except (OSError, OvmrIndexError, UnicodeError, ValueError, sqlite3.Error):
        return []


def _on_server(server: Server, query: str, values: Mapping[str, str | int]) -> list[str]:
    """Return the names of an index on a server, none where it does not let us ask."""
    quick = replace(server, parameters={**server.parameters, "connect_timeout": _CONNECT_SECONDS})
    asked = _VALUE.sub(r"%(\1)s", query).replace("char(", "chr(")
    error = postgresql_driver.driver_package().Error
    try:
        with closing(postgresql_driver.connect(quick, seconds=0)) as opened:
            found = [version for (version,) in opened.execute(postgresql_driver.VERSIONS.encode())]
            if found != [HEAD]:
                return []
            return [name for (name,) in opened.execute(asked.encode(), values)]
    except error:
        return []
