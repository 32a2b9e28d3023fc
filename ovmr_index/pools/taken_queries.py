"""What the pool of one category took from each dataset, by synset."""

from typing import NamedTuple

from sqlalchemy import Select, func, select

from ovmr_index.db.models import Dataset, PoolEntry, Synset


class Taken(NamedTuple):
    """How many exemplars a pool has of a dataset under a synset, which `is_substitute` or not."""

    dataset: str
    synset: str
    is_substitute: int
    exemplars: int


def taken(category_pk: int) -> Select[str, str, int, int]:
    """Return what is `Taken` for a category, by dataset, the category's synset first."""
    entries = func.count()
    return (
        select(Dataset.c.name, Synset.c.name, PoolEntry.c.substitute, entries)
        .join(Dataset, Dataset.c.pk == PoolEntry.c.dataset_pk)
        .join(Synset, Synset.c.pk == PoolEntry.c.synset_pk)
        .where(PoolEntry.c.category_pk == category_pk)
        .group_by(Dataset.c.name, Synset.c.name, PoolEntry.c.substitute)
        .order_by(Dataset.c.name, PoolEntry.c.substitute, entries.desc(), Synset.c.name)
    )
