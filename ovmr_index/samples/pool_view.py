"""The exemplars of one category to look at: filtered, in an order, a part of them at a time."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.curation.marked import find_marked
from ovmr_index.db.bulk import Row, stream_rows
from ovmr_index.pools.exemplar_queries import ExemplarRow
from ovmr_index.pools.exemplars import Exemplar, to_exemplar
from ovmr_index.samples.pool_view_queries import viewed_count, viewed_entries
from ovmr_index.samples.view_options import ViewOptions

_ENTRY = len(ExemplarRow._fields)  # columns of an exemplar, before those that follow it


class ViewedExemplar(NamedTuple):
    """An exemplar in its pool, at a `position` from 0.

    `samples` are the names of the saved samples that hold it.
    """

    exemplar: Exemplar
    position: int
    source: str
    is_substitute: bool
    samples: tuple[str, ...]


class PoolView(NamedTuple):
    """The exemplars from `first` on, counted from 0, of `total` that the options leave."""

    total: int
    first: int
    exemplars: list[ViewedExemplar]


def view_pool(
    connection: Connection,
    root: Path,
    vocabulary_pk: int,
    category_pk: int,
    options: ViewOptions,
) -> PoolView:
    """Return what the options leave of the pool of a category, as the pool is.

    Args:
        connection: A connection to the index.
        root: The folder of all datasets.
        vocabulary_pk: Whose category.
        category_pk: The category.
        options: What is looked at.
    """
    has_marks = bool(options.mark) and find_marked(connection, vocabulary_pk)
    count = viewed_count(category_pk, options, has_marks=has_marks)
    total = connection.execute(count).scalar_one()
    query = (
        viewed_entries(category_pk, options, has_marks=has_marks)
        .offset(options.first)
        .limit(options.most)
    )
    return PoolView(total, options.first, read_viewed(stream_rows(connection, query), root))


def read_viewed(rows: Iterable[Row], root: Path) -> list[ViewedExemplar]:
    """Return the rows of `viewed_entries` as exemplars; `root` is the folder of all datasets."""
    viewed = []
    for row in rows:
        position, source, substitute, samples = row[_ENTRY:]
        names = tuple(sorted(set(samples.split("\n")))) if samples else ()
        exemplar = to_exemplar(row[:_ENTRY], root)
        viewed.append(ViewedExemplar(exemplar, position, source, bool(substitute), names))
    return viewed
