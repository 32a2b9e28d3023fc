"""Which entries of the pools may be drawn."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Dataset, Folder, Image, PoolEntry, Region
from ovmr_index.ingest.sources import LVIS_DATASET
from ovmr_index.pools.leaks import not_of_val
from ovmr_index.samples.options import Filters
from ovmr_index.vocabularies.names import Frequency


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Return what holds, before the draw, of the entries of `PoolEntry` in their `Category`."""
    found: list[ColumnElement[bool]] = []
    is_whole = PoolEntry.region_pk.is_(None)
    if filters.datasets:
        named = select(Dataset.pk).where(Dataset.name.in_(filters.datasets))
        found.append(PoolEntry.dataset_pk.in_(named))
    if filters.splits:
        image, folder = aliased(Image), aliased(Folder)
        of_split = select(image.pk).join(folder, folder.pk == image.folder_pk)
        of_split = of_split.where(folder.split.in_(filters.splits), image.pk == PoolEntry.image_pk)
        found.append(of_split.correlate(PoolEntry).exists())
    if filters.exclude_val:
        found.append(not_of_val(PoolEntry.image_pk))
    if filters.no_rare_boxes:
        lvis = select(Dataset.pk).where(Dataset.name == LVIS_DATASET)
        is_rare = Category.frequency.is_not_distinct_from(Frequency.RARE)
        found.append(~and_(is_rare, ~is_whole, PoolEntry.dataset_pk.in_(lvis)))
    if filters.min_area > 0:
        found.append(or_(is_whole, PoolEntry.weight >= filters.min_area))
    if filters.min_side > 0:
        box = aliased(Region)
        is_long = (box.w >= filters.min_side) & (box.h >= filters.min_side)
        long_box = select(box.pk).where(is_long, box.pk == PoolEntry.region_pk)
        found.append(or_(is_whole, long_box.correlate(PoolEntry).exists()))
    return found


def dataset_names() -> Query:
    """Return the name of every dataset, in order."""
    return select(Dataset.name).order_by(Dataset.name)


def split_names() -> Query:
    """Return the name of every split that a folder of images has, in order."""
    found = select(Folder.split).where(Folder.split.is_not(None))
    return found.distinct().order_by(Folder.split)
