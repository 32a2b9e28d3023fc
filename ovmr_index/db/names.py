"""The names that an index holds, for a shell that completes them: at once, or none.

They are asked in Python's own driver: to import SQLAlchemy takes longer than a person who has
pressed Tab waits.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

from ovmr_index.db.driver import connect
from ovmr_index.db.revision import HEAD, check_kind, revision_of
from ovmr_index.errors import OvmrIndexError

Kind = Literal["category", "dataset", "partition", "sample", "source", "vocabulary"]

MOST_NAMES = 300  # that one answer has

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


def names(path: Path, kind: Kind, begin: str, *, vocabulary: str) -> list[str]:
    """Return the names of a kind that begin with a text, in order: at most 300.

    There are none where there is no index, or one of another schema revision, or one that another
    process is writing to: nothing is waited for, and nothing is made.

    Args:
        path: The file of the index.
        kind: What the names are of.
        begin: What they begin with.
        vocabulary: Whose categories and partitions are meant.
    """
    values = {"begin": begin, "most": MOST_NAMES, "vocabulary": vocabulary}
    try:
        check_kind(path)
        with closing(connect(path, read_only=True, seconds=0)) as connection:
            if revision_of(connection) != HEAD:
                return []
            rows = connection.execute(_QUERIES[kind], values)
            return [name for (name,) in rows if isinstance(name, str)]
    except (OSError, OvmrIndexError, UnicodeError, ValueError, sqlite3.Error):
        return []
