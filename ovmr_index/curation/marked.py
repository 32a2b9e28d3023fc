"""The marks of a vocabulary, found in the pools as they are now."""

from sqlalchemy import ColumnElement, Connection

from ovmr_index.curation.marked_queries import MARKED, any_mark, is_marked, put_marked
from ovmr_index.db.bulk import recreate


def find_marked(connection: Connection, vocabulary_pk: int) -> bool:
    """Put into the table `MARKED` what is marked of a vocabulary's pools.

    Returns whether the vocabulary has any mark: without one there is no such table.
    """
    if connection.execute(any_mark(vocabulary_pk)).first() is None:
        return False
    recreate(connection, MARKED)
    connection.execute(put_marked(vocabulary_pk))
    return True


def not_excluded(connection: Connection, vocabulary_pk: int) -> list[ColumnElement[bool]]:
    """Return the condition that an entry of `PoolEntry` is not excluded; none without any mark."""
    return [~is_marked("exclude")] if find_marked(connection, vocabulary_pk) else []
