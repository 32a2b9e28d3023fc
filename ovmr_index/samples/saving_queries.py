"""What is saved with a sample: its categories, and its picks by what names them in any index."""

from typing import Any

from sqlalchemy import ColumnElement, Insert, func, insert, literal, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Dataset,
    Folder,
    Image,
    Region,
    SampleCategory,
    SamplePick,
    Source,
)
from ovmr_index.images.locations import name_below
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset


def put_categories(sample_pk: int, vocabulary_pk: int) -> Insert:
    """Return the statement that saves the categories of a vocabulary with a sample, by id."""
    found = (
        select(
            literal(sample_pk),
            Category.c.key,
            func.row_number().over(order_by=Category.c.key) - 1,
            category_synset(),
            Category.c.name,
        )
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
    )
    names = ["sample_pk", "category_key", "position", "synset", "name"]
    return insert(SampleCategory).from_select(names, found)


def put_picks(sample_pk: int, exemplars: Query) -> Insert:
    """Return the statement that saves exemplars with a sample, as `picks_to_save` has them."""
    picks = picks_to_save(sample_pk, exemplars)
    return insert(SamplePick).from_select(picks.selected_columns.keys(), picks)


def picks_to_save(sample_pk: int, exemplars: Query) -> Query:
    """Return exemplars by their natural keys, in the columns of `SamplePick`.

    `exemplars` selects category_pk, position, synset (its name), image_pk, region_pk and weight.
    """
    found = exemplars.subquery("found")
    columns: dict[str, ColumnElement[Any] | Any] = {
        "sample_pk": literal(sample_pk),
        "category_key": Category.c.key,
        "position": found.c.position,
        "synset": found.c.synset,
        "dataset": Dataset.c.name,
        "split": Folder.c.split,
        "folder": Folder.c.path,
        "name": name_below(Folder.c.path),
        "x": Region.c.x,
        "y": Region.c.y,
        "w": Region.c.w,
        "h": Region.c.h,
        "weight": found.c.weight,
        "image_key": Image.c.key,
        "region_key": Region.c.key,
    }
    return (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(found)
        .join(Category, Category.c.pk == found.c.category_pk)
        .join(Image, Image.c.pk == found.c.image_pk)
        .join(Folder, Folder.c.pk == Image.c.folder_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .outerjoin(Region, Region.c.pk == found.c.region_pk)
    )
