"""Which entries of the pools may be drawn."""

from sqlalchemy import ColumnElement, and_, or_, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Folder, Image, PoolEntry, Region
from ovmr_index.ingest.sources import LVIS_DATASET
from ovmr_index.pools.leaks import not_of_val
from ovmr_index.samples.options import Filters
from ovmr_index.vocabularies.names import Frequency


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Return what holds, before the draw, of the entries of `PoolEntry` in their `Category`."""
    found: list[ColumnElement[bool]] = []
    is_whole = PoolEntry.c.region_pk.is_(None)
    if filters.datasets:
        named = select(Dataset.c.pk).where(Dataset.c.name.in_(filters.datasets))
        found.append(PoolEntry.c.dataset_pk.in_(named))
    if filters.splits:
        image, folder = Image.alias(), Folder.alias()
        of_split = select(image.c.pk).join(folder, folder.c.pk == image.c.folder_pk)
        of_split = of_split.where(
            folder.c.split.in_(filters.splits), image.c.pk == PoolEntry.c.image_pk
        )
        found.append(of_split.correlate(PoolEntry).exists())
    if filters.exclude_val:
        found.append(not_of_val(PoolEntry.c.image_pk))
    if filters.no_rare_boxes:
        lvis = select(Dataset.c.pk).where(Dataset.c.name == LVIS_DATASET)
        is_rare = Category.c.frequency.is_not_distinct_from(Frequency.RARE)
        found.append(~and_(is_rare, ~is_whole, PoolEntry.c.dataset_pk.in_(lvis)))
    if filters.min_area > 0:
        found.append(or_(is_whole, PoolEntry.c.weight >= filters.min_area))
    if filters.min_side > 0:
        box = Region.alias()
        is_long = (box.c.w >= filters.min_side) & (box.c.h >= filters.min_side)
        long_box = select(box.c.pk).where(is_long, box.c.pk == PoolEntry.c.region_pk)
        found.append(or_(is_whole, long_box.correlate(PoolEntry).exists()))
    return found


def dataset_names() -> Query:
    """Return the name of every dataset, in order."""
    return select(Dataset.c.name).order_by(Dataset.c.name)


def split_names() -> Query:
    """Return the name of every split that a folder of images has, in order."""
    found = select(Folder.c.split).where(Folder.c.split.is_not(None))
    return found.distinct().order_by(Folder.c.split)
