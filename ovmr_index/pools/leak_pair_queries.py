"""The exemplars that show an image of LVIS val, each beside that image."""

from sqlalchemy import case, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Image, PoolEntry, Region, Source
from ovmr_index.ingest.sources import lvis_name
from ovmr_index.pools.leaks import BY, shown_in_val
from ovmr_index.vocabularies.category_queries import CategorySynset


def leak_pairs(vocabulary_pk: int) -> Query:
    """Return the `Leak`s of a vocabulary's pools, by category id and position."""
    shown = shown_in_val()
    val_source, val_image = Source.alias("val_sources"), Image.alias("val_images")
    is_val_image = (val_image.c.source_pk == val_source.c.pk) & (
        val_image.c.file_name == shown.c.val_name
    )
    return (
        select(
            Category.c.key,
            Category.c.name,
            CategorySynset.c.name,
            PoolEntry.c.position,
            Dataset.c.name,
            Source.c.name,
            Image.c.file_name,
            Region.c.key,
            Region.c.x,
            Region.c.y,
            Region.c.w,
            Region.c.h,
            Image.c.width,
            Image.c.height,
            case(BY, value=shown.c.how),
            shown.c.bits,
            val_source.c.name,
            shown.c.val_name,
            val_image.c.width,
            val_image.c.height,
        )
        .select_from(PoolEntry)
        .join(Category, Category.c.pk == PoolEntry.c.category_pk)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .join(Dataset, Dataset.c.pk == PoolEntry.c.dataset_pk)
        .join(Image, Image.c.pk == PoolEntry.c.image_pk)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .outerjoin(Region, Region.c.pk == PoolEntry.c.region_pk)
        .join(shown, shown.c.image_pk == PoolEntry.c.image_pk)
        .join(val_source, val_source.c.name == lvis_name("val"))
        .join(val_image, is_val_image)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.key, PoolEntry.c.position)
    )
