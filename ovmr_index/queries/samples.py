"""Saved samples: their categories, their picks, and the rows that the picks were drawn from."""

from typing import Any

from sqlalchemy import CompoundSelect, func, null, select, union_all

from ovmr_index.db.models import (
    Dataset,
    Folder,
    Image,
    Region,
    RegionDetail,
    Sample,
    SampleCategory,
    SamplePick,
    Source,
)
from ovmr_index.queries import Query
from ovmr_index.queries.exemplars import join_path


def saved_samples() -> Query:
    """Return every saved sample with its number of picks, by name."""
    held = (
        select(func.count())
        .where(SamplePick.sample_id == Sample.id)
        .correlate(Sample)
        .scalar_subquery()
    )
    return select(
        Sample.name,
        Sample.k,
        Sample.seed,
        Sample.method,
        Sample.on_shortage,
        Sample.created_at,
        held.label("picks"),
    ).order_by(Sample.name)


def sample_categories(sample_id: int) -> Query:
    """Return (key, synset) of the categories of a sample, in its order."""
    return (
        select(SampleCategory.category_key, SampleCategory.synset)
        .where(SampleCategory.sample_id == sample_id)
        .order_by(SampleCategory.position)
    )


def sample_picks(sample_id: int) -> Query:
    """Return (category key, position, dataset, file name, region key) of the picks, as saved."""
    return (
        select(
            SamplePick.category_key,
            SamplePick.position,
            SamplePick.dataset,
            join_path(SamplePick.folder, SamplePick.name),
            SamplePick.region_key,
        )
        .where(SamplePick.sample_id == sample_id)
        .order_by(SamplePick.category_key, SamplePick.position)
    )


def sample_entries(sample_id: int) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the picks whose rows are still there, as `exemplars` returns entries with details.

    A position follows at the end. Rows are found by their natural keys; a pick whose row is gone is
    left out.
    """
    box = Region.x, Region.y, Region.w, Region.h
    boxes = (
        _entries(sample_id, box, (Region.area, RegionDetail.segmentation, RegionDetail.fields))
        .join(Region, (Region.source_id == Source.id) & (Region.key == SamplePick.region_key))
        .join(
            Image,
            (Image.id == Region.image_id) & Image.key.is_not_distinct_from(SamplePick.image_key),
        )
        .join(Folder, Folder.id == Image.folder_id)
        .outerjoin(RegionDetail, RegionDetail.region_id == Region.id)
        .where(Folder.split.is_not_distinct_from(SamplePick.split))
    )
    pictures = (
        _entries(sample_id, [null()] * 4, [null()] * 3)
        .join(Folder, (Folder.source_id == Source.id) & (Folder.path == SamplePick.folder))
        .join(
            Image,
            (Image.folder_id == Folder.id) & (Image.name == SamplePick.name) & Image.key.is_(None),
        )
        .where(SamplePick.region_key.is_(None))
    )
    both = union_all(boxes, pictures)
    return both.order_by("category_key", "position")


def _entries(sample_id: int, box: Any, rest: Any) -> Query:
    return (
        select(
            SamplePick.category_key.label("category_key"),
            SampleCategory.synset.label("category_synset"),
            SamplePick.synset.label("synset"),
            SamplePick.dataset.label("dataset"),
            Source.format,
            SamplePick.split,
            Dataset.root,
            join_path(SamplePick.folder, SamplePick.name).label("file_name"),
            *box,
            SamplePick.weight,
            SamplePick.image_key,
            SamplePick.region_key,
            *rest,
            SamplePick.position.label("position"),
        )
        .select_from(SamplePick)
        .join(
            SampleCategory,
            (SampleCategory.sample_id == SamplePick.sample_id)
            & (SampleCategory.category_key == SamplePick.category_key),
        )
        .join(Dataset, Dataset.name == SamplePick.dataset)
        .join(Source, Source.dataset_id == Dataset.id)
        .where(SamplePick.sample_id == sample_id)
    )
