"""The classes of a vocabulary, and the sources of exemplars, by what names them in any index."""

from sqlalchemy import Text, bindparam, exists, or_, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import item, placed_lists, whole_item
from ovmr_index.db.models import Category, Dataset, Image, ImageRecord, Region, Source
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset


def described_classes(vocabulary_pk: int) -> Query:
    """Return (id, name, synset or else name, wnid or null) of categories, in their order."""
    return (
        select(Category.c.key, Category.c.name, category_synset(), CategorySynset.c.wnid)
        .outerjoin(CategorySynset, CategorySynset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.position)
    )


def source_headers() -> Query:
    """Return (name, header) of the sources that have one, by name."""
    return (
        select(Source.c.name, Source.c.header)
        .where(Source.c.header.is_not(None))
        .order_by(Source.c.name)
    )


def crop_sources() -> Query:
    """Return (place, source's name, image's record or null) of exemplars, by place.

    `given` is a JSON list of [dataset, file name, image id or null, region id or null]. An exemplar
    that several sources hold comes several times, in the order in which these were first read.
    """
    listed = placed_lists(bindparam("given", type_=Text), "one")
    dataset, file_name = (item(listed.c.value, place) for place in range(2))
    image_id, region_id = (whole_item(listed.c.value, place) for place in range(2, 4))
    holds_region = exists(Region.c.pk).where(
        Region.c.source_pk == Source.c.pk, Region.c.key == region_id
    )
    return (
        select(listed.c.key, Source.c.name, ImageRecord.c.record)
        .select_from(listed)
        .join(Dataset, Dataset.c.name == dataset)
        .join(Source, Source.c.dataset_pk == Dataset.c.pk)
        .join(Image, (Image.c.source_pk == Source.c.pk) & (Image.c.file_name == file_name))
        .outerjoin(ImageRecord, ImageRecord.c.image_pk == Image.c.pk)
        .where(Image.c.key.is_not_distinct_from(image_id), or_(region_id.is_(None), holds_region))
        .order_by(listed.c.key, Source.c.pk)
    )
