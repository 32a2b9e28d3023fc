"""What an index holds: its sources, their files and counts, its schema, whether pools are stale."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ovmr_index.collate import is_stale
from ovmr_index.db import schema
from ovmr_index.db.models import (
    Category,
    Collation,
    Dataset,
    Image,
    PoolEntry,
    Region,
    Sample,
    Source,
    SourceFile,
    Vocabulary,
)


class FileStatus(NamedTuple):
    """A file that a source was read from; `path` as the index keeps it, size in bytes."""

    path: str
    size: int
    sha256: str


class SourceStatus(NamedTuple):
    """A source and how many pictures and regions the index holds of it."""

    name: str
    format: str
    dataset: str
    root: str
    generation: int
    images: int
    regions: int
    files: list[FileStatus]


class Status(NamedTuple):
    """The state of an index; `pools` is fresh, stale or none; `size` in bytes."""

    path: str
    size: int
    schema: str
    sources: list[SourceStatus]
    categories: int
    exemplars: int
    pools: str
    samples: int


def read_status(connection: Connection, path: Path) -> Status:
    """Return the state of the index at `path`, which `connection` is open on."""
    return Status(
        path=str(path),
        size=path.stat().st_size,
        schema=schema.current(connection) or "none",
        sources=_sources(connection),
        categories=connection.execute(select(func.count(Category.id))).scalar_one(),
        exemplars=connection.execute(select(func.count()).select_from(PoolEntry)).scalar_one(),
        pools=_pools(connection),
        samples=connection.execute(select(func.count(Sample.id))).scalar_one(),
    )


def _sources(connection: Connection) -> list[SourceStatus]:
    images = _counts(connection, Image)
    regions = _counts(connection, Region)
    rows = connection.execute(
        select(Source.id, Source.name, Source.format, Dataset.name, Dataset.root, Source.generation)
        .join(Dataset, Dataset.id == Source.dataset_id)
        .order_by(Source.id)
    )
    return [
        SourceStatus._make(
            (*rest, images.get(key, 0), regions.get(key, 0), _files(connection, key))
        )
        for key, *rest in rows
    ]


def _counts(connection: Connection, model: type[Image] | type[Region]) -> dict[int, int]:
    query = select(model.source_id, func.count()).group_by(model.source_id)
    return dict(connection.execute(query).all())


def _files(connection: Connection, source_id: int) -> list[FileStatus]:
    query = (
        select(SourceFile.path, SourceFile.size, SourceFile.sha256)
        .where(SourceFile.source_id == source_id)
        .order_by(SourceFile.path)
    )
    return [FileStatus._make(row) for row in connection.execute(query)]


def _pools(connection: Connection) -> str:
    query = select(Vocabulary.id).join(Source, Source.id == Vocabulary.source_id)
    found = connection.execute(query.where(Source.name == "lvis_v1_train")).scalar()
    made = select(Collation.id).where(Collation.vocabulary_id == found)
    if found is None or connection.execute(made).scalar() is None:
        return "none"
    return "stale" if is_stale(connection, found) else "fresh"
