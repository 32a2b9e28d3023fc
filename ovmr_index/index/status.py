"""What an index holds: its sources, their files and counts, its schema, whether pools are stale."""

from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, func, select

from ovmr_index.db import schema
from ovmr_index.db.location import Location
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
    SourceBlock,
    SourceFile,
)
from ovmr_index.db.size import stored_bytes
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.errors import counted
from ovmr_index.formats.table import IMAGENET_FORMATS, format_of
from ovmr_index.ingest.problems import problem_counts
from ovmr_index.ingest.reading_shares import missing_shares
from ovmr_index.pools.stored_recipe import decoded_recipe, source_generations
from ovmr_index.shown.readable import ShownTable, Summary, as_html, as_line
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.vocabulary_queries import pools_by_vocabulary

_COLLATIONS = select(
    Collation.c.vocabulary_pk, Collation.c.generations, Collation.c.recipe
).order_by(Collation.c.vocabulary_pk)


class FileStatus(NamedTuple):
    """A file that a source was read from: its path as the index stores it, its size in bytes."""

    path: str
    size: int
    sha256: str


class SourceStatus(NamedTuple):
    """A source, and how many images and regions of it the index holds.

    `release` is the number of classes of an ImageNet and the release that has so many, else None.
    `errors` counts what its last ingest left out. `missing_shards` are those still to be read of a
    source that is read in shards, as `3/16`: without them it is not whole.
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
    errors: int
    missing_shards: list[str]


class VocabularyStatus(NamedTuple):
    """A vocabulary and its pools, which are `fresh`, `stale` or `none`.

    `rules` are the fields of the `Recipe` that made the pools; its `steps` are None for the
    published ones. It is None if there are no pools.
    """

    name: str
    categories: int
    exemplars: int
    pools: str
    rules: dict[str, Any] | None


class Status(NamedTuple):
    """The state of an index: `size` is in bytes, `pools` is the state of LVIS train's.

    `path` is its file, or its URL without a password.
    """

    path: str
    size: int
    schema: str
    sources: list[SourceStatus]
    vocabularies: list[VocabularyStatus]
    categories: int
    exemplars: int
    pools: str
    samples: int

    def summary(self) -> Summary:
        """Return the sources and the vocabularies."""
        sources = [
            (one.name, one.format, one.images, one.regions, one.errors) for one in self.sources
        ]
        vocabularies = [
            (one.name, one.categories, one.exemplars, one.pools) for one in self.vocabularies
        ]
        held = f"{counted(len(sources), 'source')}, {counted(self.exemplars, 'exemplar')}"
        return Summary(
            f"{self.path}, {held}, pools {self.pools}, {counted(self.samples, 'saved sample')}",
            (
                ShownTable("sources", ("source", "format", "images", "boxes", "left out"), sources),
                ShownTable(
                    "lists", ("vocabulary", "categories", "exemplars", "pools"), vocabularies
                ),
            ),
        )

    def __repr__(self) -> str:
        """Say in a line what the index holds."""
        return as_line(self)

    def _repr_html_(self) -> str:
        """Show what the index holds in a notebook."""
        return as_html(self)


def read_status(connection: Connection, location: Location) -> Status:
    """Return the state of the index at a `location`, which `connection` is open on."""
    vocabularies = _vocabularies(connection)
    pools = {one.name: one.pools for one in vocabularies}
    return Status(
        path=str(location),
        size=stored_bytes(connection, location),
        schema=schema.current(connection) or "none",
        sources=_sources(connection),
        vocabularies=vocabularies,
        categories=connection.execute(select(func.count(Category.c.pk))).scalar_one(),
        exemplars=connection.execute(select(func.count()).select_from(PoolEntry)).scalar_one(),
        pools=pools.get(LVIS_TRAIN, "none"),
        samples=connection.execute(select(func.count(Sample.c.pk))).scalar_one(),
    )


def _sources(connection: Connection) -> list[SourceStatus]:
    images, regions = _counts(connection, Image), _regions(connection)
    files, folders = _files(connection), _class_folders(connection)
    errors, missing = problem_counts(connection), missing_shares(connection)
    query = (
        select(
            Source.c.pk,
            Source.c.name,
            Source.c.format,
            Dataset.c.name.label("dataset"),
            Dataset.c.root,
            Source.c.generation,
        )
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .order_by(Source.c.pk)
    )
    return [
        SourceStatus(
            name=row.name,
            format=row.format,
            dataset=row.dataset,
            root=row.root,
            generation=row.generation,
            images=images.get(row.pk, 0),
            regions=regions.get(row.pk, 0),
            files=files.get(row.pk, []),
            release=_release(row.format, folders.get(row.pk, [])),
            errors=errors.get(row.name, 0),
            missing_shards=missing.get(row.name, []),
        )
        for row in connection.execute(query)
    ]


def _regions(connection: Connection) -> dict[int, int]:
    """Return how many regions each source has, by its pk.

    The blocks of the sources say so, and to count all is a matter of pages. Each is looked at where
    the two differ.
    """
    sums = select(SourceBlock.c.source_pk, func.sum(SourceBlock.c.regions))
    said = dict(connection.execute(sums.group_by(SourceBlock.c.source_pk)).all())
    held = connection.execute(select(func.count()).select_from(Region)).scalar_one()
    return said if sum(said.values()) == held else _counts(connection, Region)


def _counts(connection: Connection, table: Table) -> dict[int, int]:
    query = select(table.c.source_pk, func.count()).group_by(table.c.source_pk)
    return dict(connection.execute(query).all())


def _files(connection: Connection) -> dict[int, list[FileStatus]]:
    """Return the files of each source by its pk, in order of path."""
    query = select(
        SourceFile.c.source_pk, SourceFile.c.path, SourceFile.c.size, SourceFile.c.sha256
    ).order_by(SourceFile.c.path)
    files: dict[int, list[FileStatus]] = {}
    for row in connection.execute(query):
        files.setdefault(row.source_pk, []).append(FileStatus(row.path, row.size, row.sha256))
    return files


def _class_folders(connection: Connection) -> dict[int, list[str]]:
    """Return the paths of the class folders of each tree that may be a known release, by its pk."""
    query = (
        select(Folder.c.source_pk, Folder.c.path)
        .join(Source, Source.c.pk == Folder.c.source_pk)
        .where(Source.c.format.in_(IMAGENET_FORMATS))
        .order_by(Folder.c.source_pk, Folder.c.path)
    )
    groups = groupby(connection.execute(query), itemgetter(0))
    return {source_pk: [path for _, path in rows] for source_pk, rows in groups}


def _release(format_name: str, folders: list[str]) -> str | None:
    release_of = format_of(format_name).release_of
    return None if release_of is None else release_of(folders)


def _vocabularies(connection: Connection) -> list[VocabularyStatus]:
    collations: dict[int, Row[*tuple[Any, ...]]] = {
        row.vocabulary_pk: row for row in connection.execute(_COLLATIONS)
    }
    now = source_generations(connection)
    return [
        VocabularyStatus(
            row.name, row.categories, row.exemplars, *_pools(collations.get(row.pk), now)
        )
        for row in connection.execute(pools_by_vocabulary())
    ]


def _pools(
    collation: Row[*tuple[Any, ...]] | None, generations: str
) -> tuple[str, dict[str, Any] | None]:
    """Return whether pools are fresh, stale or none, and the fields of their recipe."""
    if collation is None:
        return "none", None
    state = "fresh" if collation.generations == generations else "stale"
    decoded_recipe(collation.recipe, collation.vocabulary_pk)  # raises for what is none
    return state, decoded_object(collation.recipe, "collations.recipe", collation.vocabulary_pk)
