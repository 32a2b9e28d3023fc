"""How many exemplars each category has, by dataset, and how many by its substitutes."""

from sqlalchemy import func, select

from ovmr_index.db.models import Category, Dataset, PoolEntry, Synset
from ovmr_index.queries import Query


def coverage(vocabulary_id: int) -> Query:
    """Return (category key, synset, dataset, entries, of them by substitutes), by category key.

    A category without exemplars has one row whose dataset is null.
    """
    return (
        select(
            Category.key,
            Synset.name,
            Dataset.name,
            func.count(PoolEntry.position),
            func.coalesce(func.sum(PoolEntry.substitute), 0),
        )
        .select_from(Category)
        .outerjoin(Synset, Synset.id == Category.synset_id)
        .outerjoin(PoolEntry, PoolEntry.category_id == Category.id)
        .outerjoin(Dataset, Dataset.id == PoolEntry.dataset_id)
        .where(Category.vocabulary_id == vocabulary_id)
        .group_by(Category.key, Synset.name, Dataset.name)
        .order_by(Category.key, Dataset.name)
    )
