"""The exemplars of a sample's file, found in the index by what names them in any index."""

from typing import Any

from sqlalchemy import (
    Column,
    CompoundSelect,
    Integer,
    MetaData,
    ScalarSelect,
    Table,
    Text,
    and_,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import DOUBLE, Category, Dataset, Folder, Image, Region, Source
from ovmr_index.images.locations import file_name
from ovmr_index.pools.collation_queries import IMAGE_WEIGHT
from ovmr_index.samples.saved_queries import image_pk
from ovmr_index.vocabularies.category_queries import CategorySynset, category_synset

IMPORTED = Table(
    "imported",
    MetaData(),
    Column("category_pk", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("synset", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("image_key", Integer),
    Column("region_key", Integer),
    Column("x", DOUBLE),
    Column("y", DOUBLE),
    Column("w", DOUBLE),
    Column("h", DOUBLE),
    prefixes=["TEMPORARY"],
)
_BOX = ("x", "y", "w", "h")


def found_entries() -> CompoundSelect[*tuple[Any, ...]]:
    """Return what stands in `imported` and in the index, by category key and position.

    The first columns are the fields of `records.Pick`; position and 1 for an equal box follow. A
    box is on the picture of its name, or else of its id, since an object may have a `file_name` of
    its own. Where several files of a dataset share ids, the best of them is the first.
    """
    sides = zip((Region.x, Region.y, Region.w, Region.h), _BOX, strict=True)
    same_box = case((and_(*(side == IMPORTED.c[name] for side, name in sides)), 1), else_=0)
    box = (Region.x, Region.y, Region.w, Region.h, cast(Region.w * Region.h, DOUBLE))
    is_named = (Folder.path == IMPORTED.c.folder) & (Image.name == IMPORTED.c.name)
    boxes = (
        _entries(
            *box,
            Image.key,
            Region.key.label("region_key"),
            same_box=same_box,
            by_id=case((is_named, 0), else_=1),
        )
        .join(Region, Region.pk == _region_pk())
        .join(Image, Image.pk == Region.image_pk)
        .join(Folder, Folder.pk == Image.folder_pk)
        .where(or_(Image.key == IMPORTED.c.image_key, is_named))
    )
    whole = (*[null()] * 4, literal(IMAGE_WEIGHT), null(), null())
    pictures = (
        _entries(*whole, same_box=literal(1), by_id=literal(0))
        .join(Image, Image.pk == image_pk(IMPORTED.c.folder, IMPORTED.c.name))
        .join(Folder, Folder.pk == Image.folder_pk)
        .where(IMPORTED.c.region_key.is_(None))
    )
    return union_all(boxes, pictures).order_by("category_key", "position", "by_id", "source_pk")


def _region_pk() -> ScalarSelect[int]:
    """Return the row of a region in the `Source` that is joined; a subquery as `image_pk`."""
    region = aliased(Region)
    of_source = (region.source_pk == Source.pk) & (region.key == IMPORTED.c.region_key)
    return select(region.pk).where(of_source).correlate_except(region).scalar_subquery()


def _entries(*own: Any, same_box: Any, by_id: Any) -> Query:
    return (
        select(
            Category.key.label("category_key"),
            category_synset(),
            IMPORTED.c.synset,
            Dataset.name,
            Source.format,
            Folder.split,
            Dataset.root,
            file_name(),
            *own,
            IMPORTED.c.position.label("position"),
            same_box,
            by_id.label("by_id"),
            Source.pk.label("source_pk"),
        )
        .select_from(IMPORTED)
        .join(Category, Category.pk == IMPORTED.c.category_pk)
        .outerjoin(CategorySynset, CategorySynset.pk == Category.synset_pk)
        .join(Dataset, Dataset.name == IMPORTED.c.dataset)
        .join(Source, Source.dataset_pk == Dataset.pk)
    )
