"""Rows that every ingest needs: datasets, sources, folders, synsets, the ids to come."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from ovmr_index.db.models import (
    Base,
    Category,
    Dataset,
    Folder,
    Image,
    PoolEntry,
    Region,
    Source,
    Synset,
    table,
)
from ovmr_index.ingest.sources import Place


def next_id(connection: Connection, model: type[Base]) -> int:
    """Return the smallest id above those in use."""
    highest = connection.execute(select(func.max(table(model).c.id))).scalar()
    return (highest or 0) + 1


def source_row(connection: Connection, place: Place, pictures: str) -> tuple[int, bool]:
    """Return the source's id, and whether it is new; `pictures` is its pictures' root."""
    dataset = select(Dataset.id).where(Dataset.name == place.dataset)
    dataset_id = connection.execute(dataset).scalar()
    if dataset_id is None:
        made = insert(Dataset).values(name=place.dataset, root=pictures).returning(Dataset.id)
        dataset_id = connection.execute(made).scalar_one()
    else:
        moved = update(Dataset).where(Dataset.id == dataset_id).values(root=pictures)
        connection.execute(moved)
    known = connection.execute(select(Source.id).where(Source.name == place.name)).scalar()
    if known is not None:
        return known, False
    source = insert(Source).values(
        dataset_id=dataset_id,
        name=place.name,
        format=place.format,
        split=place.split,
        generation=1,
    )
    return connection.execute(source.returning(Source.id)).scalar_one(), True


def grow_generation(connection: Connection, source_id: int) -> None:
    """Say that the rows of a source have changed."""
    grown = update(Source).where(Source.id == source_id).values(generation=Source.generation + 1)
    connection.execute(grown)


def drop_broken_pools(connection: Connection) -> int:
    """Empty the pools if categories, pictures or regions of theirs have vanished.

    Returns the number of exemplars that are gone.
    """
    is_gone = or_(
        Category.id.is_(None),
        Image.id.is_(None),
        Region.id.is_(None) & PoolEntry.region_id.is_not(None),
    )
    query = (
        select(func.count())
        .select_from(PoolEntry)
        .outerjoin(Category, Category.id == PoolEntry.category_id)
        .outerjoin(Image, Image.id == PoolEntry.image_id)
        .outerjoin(Region, Region.id == PoolEntry.region_id)
        .where(is_gone)
    )
    gone = connection.execute(query).scalar_one()
    if gone:
        connection.execute(delete(PoolEntry))
    return gone


class FolderIds:
    """The folders of a source by path; asked for one that is not there, it makes it."""

    def __init__(self, connection: Connection, source_id: int, split: str | None) -> None:
        """Read the folders that are there."""
        self._connection, self._source_id, self._split = connection, source_id, split
        query = select(Folder.path, Folder.id).where(Folder.source_id == source_id)
        self._ids = dict(connection.execute(query).all())

    def __getitem__(self, path: str) -> int:
        """Return the id of the folder at `path`."""
        if path not in self._ids:
            values = {"source_id": self._source_id, "path": path, "split": self._split}
            made = insert(Folder).values(values).returning(Folder.id)
            self._ids[path] = self._connection.execute(made).scalar_one()
        return self._ids[path]


class SynsetIds:
    """The synsets by name; asked for one that WordNet lacks, it makes a row without a wnid."""

    def __init__(self, connection: Connection) -> None:
        """Read the synsets that are there."""
        self._connection = connection
        self._ids = dict(connection.execute(select(Synset.name, Synset.id)).all())

    def __getitem__(self, name: str) -> int:
        """Return the id of the synset called `name`."""
        found = self._ids.get(name)
        if found is None:
            made = insert(Synset).values(name=name).returning(Synset.id)
            found = self._ids[name] = self._connection.execute(made).scalar_one()
        return found


@contextmanager
def indexes_rebuilt(
    connection: Connection, model: type[Base], coming: int, *empty: str
) -> Iterator[None]:
    """Drop a table's indexes and build them afterwards, where more rows come than there are.

    Those of columns that the rows leave `empty` stay: the rows do not enter them.
    """
    there = next_id(connection, model) - 1
    touched = [
        index
        for index in table(model).indexes
        if not any(column in index.columns for column in empty)
    ]
    indexes = sorted(touched, key=lambda index: str(index.name))
    if coming <= there:
        yield
        return
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of rows, which hold none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
