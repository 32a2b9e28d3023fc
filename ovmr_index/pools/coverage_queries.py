"""How many exemplars each category has, by dataset, and how many by its substitutes."""

from collections.abc import Collection

from sqlalchemy import Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Image, PoolEntry, Source, Synset
from ovmr_index.formats.table import IMAGENET_FORMATS

DATASETS = ("lvis", "imagenet21k", "visual_genome")  # those of the published recipe


def datasets() -> Query:
    """Return row number and name of every dataset, by name."""
    return select(Dataset.c.pk, Dataset.c.name).order_by(Dataset.c.name)


def coverage(vocabulary_pk: int, *dataset_pks: int) -> Query:
    """Return (category id, synset, entries of substitutes, entries of each dataset), by id.

    A dataset is a column and not a group: pools are kept by category, so that groups of categories
    are counted as they are read, while those of datasets would have all entries sorted first.
    """
    entries = func.count()
    return (
        select(
            Category.c.key,
            func.coalesce(Synset.c.name, Category.c.name),
            entries.filter(PoolEntry.c.substitute == 1),
            *(entries.filter(PoolEntry.c.dataset_pk == one) for one in dataset_pks),
        )
        .select_from(Category)
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .outerjoin(PoolEntry, PoolEntry.c.category_pk == Category.c.pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .group_by(Category.c.key, Category.c.name, Synset.c.name)
        .order_by(Category.c.key, Category.c.name, Synset.c.name)
    )


def without_images(vocabulary_pk: int, wnids: Collection[str]) -> Select[str]:
    """Return the synsets of the categories with one of `wnids` and no image of ImageNet, by id."""
    shown = (
        select(Image.c.pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(Image.c.synset_pk == Synset.c.pk, Source.c.format.in_(IMAGENET_FORMATS))
        .exists()
    )
    return (
        select(Synset.c.name)
        .join(Category, Category.c.synset_pk == Synset.c.pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, Synset.c.wnid.in_(sorted(wnids)), ~shown)
        .order_by(Category.c.key)
    )


def short(vocabulary_pk: int, few: int) -> Select[int]:
    """Return the row numbers of categories with fewer than `few` exemplars."""
    first = (
        select(PoolEntry.c.position)
        .where(PoolEntry.c.category_pk == Category.c.pk)
        .correlate(Category)
        .limit(few)
        .subquery()
    )
    held = select(func.count()).select_from(first).scalar_subquery()
    return (
        select(Category.c.pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, held < few)
        .order_by(Category.c.pk)
    )


def short_in_wordnet(vocabulary_pk: int, few: int) -> Select[int]:
    """Return the row numbers of categories with fewer than `few` exemplars, by id.

    Only of those whose synset is in WordNet.
    """
    return (
        select(Category.c.pk)
        .join(Synset, Synset.c.pk == Category.c.synset_pk)
        .outerjoin(PoolEntry, PoolEntry.c.category_pk == Category.c.pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk, Synset.c.lemmas.is_not(None))
        .group_by(Category.c.pk, Category.c.key)
        .having(func.count(PoolEntry.c.position) < few)
        .order_by(Category.c.key)
    )
