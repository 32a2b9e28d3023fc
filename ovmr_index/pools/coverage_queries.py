"""How many exemplars each category has, by dataset, and how many by its substitutes."""

from sqlalchemy import func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Image, PoolEntry, Source, Synset
from ovmr_index.formats.table import IMAGENET_FORMATS


def datasets() -> Query:
    """Return row and name of every dataset, by name."""
    return select(Dataset.pk, Dataset.name).order_by(Dataset.name)


def coverage(vocabulary_pk: int, *dataset_pks: int) -> Query:
    """Return (category key, synset, entries by substitutes, entries of each dataset), by key.

    A dataset is a column and not a group: pools are kept by category, so that groups of categories
    are counted as they are read, while those of datasets would have all entries sorted first.
    """
    entries = func.count()
    return (
        select(
            Category.key,
            func.coalesce(Synset.name, Category.name),
            entries.filter(PoolEntry.substitute == 1),
            *(entries.filter(PoolEntry.dataset_pk == one) for one in dataset_pks),
        )
        .select_from(Category)
        .outerjoin(Synset, Synset.pk == Category.synset_pk)
        .outerjoin(PoolEntry, PoolEntry.category_pk == Category.pk)
        .where(Category.vocabulary_pk == vocabulary_pk)
        .group_by(Category.key, Category.name, Synset.name)
        .order_by(Category.key, Category.name, Synset.name)
    )


def without_pictures(vocabulary_pk: int) -> Query:
    """Return (synset, wnid) of the categories of which ImageNet has no picture here, by key."""
    shown = (
        select(Image.pk)
        .join(Source, Source.pk == Image.source_pk)
        .where(Image.synset_pk == Synset.pk, Source.format.in_(IMAGENET_FORMATS))
        .exists()
    )
    return (
        select(Synset.name, Synset.wnid)
        .join(Category, Category.synset_pk == Synset.pk)
        .where(Category.vocabulary_pk == vocabulary_pk, Synset.wnid.is_not(None), ~shown)
        .order_by(Category.key)
    )
