"""How many exemplars each category has, by dataset, and how many by its substitutes."""

from collections.abc import Collection

from sqlalchemy import Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Image, PoolEntry, Source, Synset
from ovmr_index.formats.table import IMAGENET_FORMATS

DATASETS = ("lvis", "imagenet21k", "visual_genome")  # those of the published recipe


def datasets() -> Query:
    """Return row number and name of every dataset, by name."""
    return select(Dataset.pk, Dataset.name).order_by(Dataset.name)


def coverage(vocabulary_pk: int, *dataset_pks: int) -> Query:
    """Return (category id, synset, entries of substitutes, entries of each dataset), by id.

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


def without_images(vocabulary_pk: int, wnids: Collection[str]) -> Select[str]:
    """Return the synsets of the categories with one of `wnids` and no image of ImageNet, by id."""
    shown = (
        select(Image.pk)
        .join(Source, Source.pk == Image.source_pk)
        .where(Image.synset_pk == Synset.pk, Source.format.in_(IMAGENET_FORMATS))
        .exists()
    )
    return (
        select(Synset.name)
        .join(Category, Category.synset_pk == Synset.pk)
        .where(Category.vocabulary_pk == vocabulary_pk, Synset.wnid.in_(sorted(wnids)), ~shown)
        .order_by(Category.key)
    )


def short(vocabulary_pk: int, few: int) -> Select[int]:
    """Return the row numbers of categories with fewer than `few` exemplars."""
    held = (
        select(func.count())
        .where(PoolEntry.category_pk == Category.pk)
        .correlate(Category)
        .scalar_subquery()
    )
    return (
        select(Category.pk)
        .where(Category.vocabulary_pk == vocabulary_pk, held < few)
        .order_by(Category.pk)
    )


def short_in_wordnet(vocabulary_pk: int, few: int) -> Select[int]:
    """Return the row numbers of categories with fewer than `few` exemplars, by id.

    Only of those whose synset is in WordNet.
    """
    return (
        select(Category.pk)
        .join(Synset, Synset.pk == Category.synset_pk)
        .outerjoin(PoolEntry, PoolEntry.category_pk == Category.pk)
        .where(Category.vocabulary_pk == vocabulary_pk, Synset.lemmas.is_not(None))
        .group_by(Category.pk, Category.key)
        .having(func.count(PoolEntry.position) < few)
        .order_by(Category.key)
    )
