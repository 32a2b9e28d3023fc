"""What a manifest says of an index: its sources, and its vocabularies with how they were pooled."""

from typing import Any

from sqlalchemy import Connection, Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Collation, Dataset, Image, Region, Source, Vocabulary
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.pools.stored_recipe import source_generations
from ovmr_index.vocabularies.stored_vocabularies import summaries


def described_sources(connection: Connection) -> list[dict[str, Any]]:
    """Return name, dataset, format, split, images and boxes of each source, by name."""
    return [row._asdict() for row in connection.execute(_sources())]


def described_vocabularies(connection: Connection) -> list[dict[str, Any]]:
    """Return of each vocabulary, by name, its source, counts, recipe and whether pools are fresh.

    `pools` is `fresh`, `stale` or `none`; `recipe` is null where there are none.
    """
    now = source_generations(connection)
    pooled = {row.name: row for row in connection.execute(_collations())}
    described = []
    for one in summaries(connection):
        row = pooled.get(one.name)
        state = "none" if row is None else "fresh" if row.generations == now else "stale"
        recipe = row and decoded_object(row.recipe, "collations.recipe", one.name)
        counts = {"categories": one.categories, "exemplars": one.exemplars}
        described.append(
            {"name": one.name, "source": one.source, **counts, "pools": state, "recipe": recipe}
        )
    return described


def _sources() -> Query:
    def number_in(table: Any) -> Select[int]:
        return select(func.count()).where(table.c.source_pk == Source.c.pk)

    return (
        select(
            Source.c.name,
            Dataset.c.name.label("dataset"),
            Source.c.format,
            Source.c.split,
            number_in(Image).scalar_subquery().label("images"),
            number_in(Region).scalar_subquery().label("boxes"),
        )
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .order_by(Source.c.name)
    )


def _collations() -> Query:
    return (
        select(Vocabulary.c.name, Collation.c.recipe, Collation.c.generations)
        .join(Collation, Collation.c.vocabulary_pk == Vocabulary.c.pk)
        .order_by(Vocabulary.c.name)
    )
