"""What the substitutes of a vocabulary's categories gave to its pools."""

from sqlalchemy import func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Collation, Dataset, PoolEntry, Substitute, Synset
from ovmr_index.vocabularies.category_queries import CategorySynset


def substitute_counts(vocabulary_pk: int) -> Query:
    """Return (category id, its synset, substitute, dataset, exemplars), by id and position.

    Of each category of the vocabulary that has substitutes; the dataset is null, and the number 0,
    of a substitute that gave nothing.
    """
    mine = Category.c.vocabulary_pk == vocabulary_pk
    counted = (
        select(
            PoolEntry.c.category_pk,
            PoolEntry.c.synset_pk,
            PoolEntry.c.dataset_pk,
            func.count().label("exemplars"),
        )
        .where(PoolEntry.c.substitute == 1)
        .where(PoolEntry.c.category_pk.in_(select(Category.c.pk).where(mine)))
        .group_by(PoolEntry.c.category_pk, PoolEntry.c.synset_pk, PoolEntry.c.dataset_pk)
        .subquery("counted")
    )
    is_counted = (counted.c.category_pk == Category.c.pk) & (
        counted.c.synset_pk == Substitute.c.substitute_pk
    )
    return (
        select(
            Category.c.key,
            CategorySynset.c.name,
            Synset.c.name,
            Dataset.c.name,
            func.coalesce(counted.c.exemplars, 0),
        )
        .select_from(Substitute)
        .join(Collation, Collation.c.pk == Substitute.c.collation_pk)
        .join(Category, mine & (Category.c.synset_pk == Substitute.c.synset_pk))
        .join(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .join(Synset, Synset.c.pk == Substitute.c.substitute_pk)
        .outerjoin(counted, is_counted)
        .outerjoin(Dataset, Dataset.c.pk == counted.c.dataset_pk)
        .where(Collation.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.key, Substitute.c.position, Dataset.c.name)
    )
