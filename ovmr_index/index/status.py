"""What an index holds: its sources, their files and counts, its schema, whether pools are stale."""

from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ovmr_index.db import schema
from ovmr_index.db.models import (
    Category,
    Collation,
    Dataset,
    Folder,
    Image,
    PoolEntry,
    Region,
    Sample,
    Source,
    SourceFile,
)
from ovmr_index.formats.table import format_of
from ovmr_index.pools.stored_recipe import is_stale, stored_recipe
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.vocabulary_queries import pools_by_vocabulary


class FileStatus(NamedTuple):
    """A file that a source was read from; `path` as the index keeps it, size in bytes."""

    path: str
    size: int
    sha256: str


class SourceStatus(NamedTuple):
    """A source and how many pictures and regions the index holds of it.

    `release` tells of ImageNet how many classes there are and which release that is, or is None.
    """

    name: str
    format: str
    dataset: str
    root: str
    generation: int
    images: int
    regions: int
    files: list[FileStatus]
    release: str | None


class VocabularyStatus(NamedTuple):
    """A vocabulary and its pools: fresh, stale or none, and the rules by which they were made.

    `rules` holds the fields of `Recipe`, of which `steps` is None for the published ones; None
    without pools.
    """

    name: str
    categories: int
    exemplars: int
    pools: str
    rules: dict[str, Any] | None


class Status(NamedTuple):
    """The state of an index; `pools` are those of LVIS; `size` in bytes."""

    path: str
    size: int
    schema: str
    sources: list[SourceStatus]
    vocabularies: list[VocabularyStatus]
    categories: int
    exemplars: int
    pools: str
    samples: int


def read_status(connection: Connection, path: Path) -> Status:
    """Return the state of the index at `path`, which `connection` is open on."""
    vocabularies = [
        _vocabulary(connection, *row) for row in connection.execute(pools_by_vocabulary())
    ]
    pools = {one.name: one.pools for one in vocabularies}
    return Status(
        path=str(path),
        size=path.stat().st_size,
        schema=schema.current(connection) or "none",
        sources=_sources(connection),
        vocabularies=vocabularies,
        categories=connection.execute(select(func.count(Category.pk))).scalar_one(),
        exemplars=connection.execute(select(func.count()).select_from(PoolEntry)).scalar_one(),
        pools=pools.get(LVIS_TRAIN, "none"),
        samples=connection.execute(select(func.count(Sample.pk))).scalar_one(),
    )


def _sources(connection: Connection) -> list[SourceStatus]:
    images = _counts(connection, Image)
    regions = _counts(connection, Region)
    rows = connection.execute(
        select(Source.pk, Source.name, Source.format, Dataset.name, Dataset.root, Source.generation)
        .join(Dataset, Dataset.pk == Source.dataset_pk)
        .order_by(Source.pk)
    )
    return [
        SourceStatus._make(
            (
                *rest,
                images.get(key, 0),
                regions.get(key, 0),
                _files(connection, key),
                _release(connection, key, str(rest[1])),
            )
        )
        for key, *rest in rows
    ]


def _release(connection: Connection, source_pk: int, format_name: str) -> str | None:
    release_of = format_of(format_name).release_of
    if release_of is None:
        return None
    folders = select(Folder.path).where(Folder.source_pk == source_pk).order_by(Folder.path)
    return release_of(connection.execute(folders).scalars())


def _counts(connection: Connection, model: type[Image] | type[Region]) -> dict[int, int]:
    query = select(model.source_pk, func.count()).group_by(model.source_pk)
    return dict(connection.execute(query).all())


def _files(connection: Connection, source_pk: int) -> list[FileStatus]:
    query = (
        select(SourceFile.path, SourceFile.size, SourceFile.sha256)
        .where(SourceFile.source_pk == source_pk)
        .order_by(SourceFile.path)
    )
    return [FileStatus._make(row) for row in connection.execute(query)]


def _vocabulary(
    connection: Connection, row: int, name: str, categories: int, exemplars: int
) -> VocabularyStatus:
    made = select(Collation.pk).where(Collation.vocabulary_pk == row)
    if connection.execute(made).scalar() is None:
        return VocabularyStatus(name, categories, exemplars, "none", None)
    pools = "stale" if is_stale(connection, row) else "fresh"
    rules = stored_recipe(connection, row).as_json()
    return VocabularyStatus(name, categories, exemplars, pools, rules)
