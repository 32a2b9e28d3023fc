"""Saved samples: their categories, their picks, and the rows that the picks were drawn from."""

from typing import Any

from sqlalchemy import (
    CompoundSelect,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    func,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from ovmr_index.db.bulk import Query
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
from ovmr_index.images.locations import join_path


def saved_samples() -> Query:
    """Return every saved sample's row and columns, with its number of picks, by name."""
    held = (
        select(func.count())
        .where(SamplePick.sample_pk == Sample.pk)
        .correlate(Sample)
        .scalar_subquery()
    )
    return select(
        Sample.pk,
        Sample.name,
        Sample.k,
        Sample.seed,
        Sample.method,
        Sample.on_shortage,
        Sample.created_at,
        held.label("picks"),
    ).order_by(Sample.name)


def entry_count(sample_pk: int) -> Select[int]:
    """Return how many picks of a sample still have their row."""
    # In their order: without one SQLite would rather read every region for each pick.
    return select(func.count()).select_from(sample_entries(sample_pk).subquery("entries"))


def sample_origin(sample_pk: int) -> Query:
    """Return the columns of `provenance.Provenance` of a sample, JSON as text."""
    return select(
        Sample.k,
        Sample.seed,
        Sample.method,
        Sample.weight,
        Sample.on_shortage,
        Sample.vocabulary,
        Sample.version,
        Sample.filters,
        Sample.recipe,
        Sample.fingerprints,
    ).where(Sample.pk == sample_pk)


def sample_categories(sample_pk: int) -> Query:
    """Return (key, synset) of the categories of a sample, in its order."""
    return (
        select(SampleCategory.category_key, SampleCategory.synset)
        .where(SampleCategory.sample_pk == sample_pk)
        .order_by(SampleCategory.position)
    )


def sample_picks(sample_pk: int) -> Query:
    """Return (category key, position, dataset, file name, region key) of the picks, as saved."""
    return (
        select(
            SamplePick.category_key,
            SamplePick.position,
            SamplePick.dataset,
            join_path(SamplePick.folder, SamplePick.name),
            SamplePick.region_key,
        )
        .where(SamplePick.sample_pk == sample_pk)
        .order_by(SamplePick.category_key, SamplePick.position)
    )


def sample_entries(sample_pk: int) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the picks whose rows are still there, as `exemplars` returns entries with details.

    A position follows at the end. Rows are found by their natural keys; a pick whose row is gone is
    left out.
    """
    box = Region.x, Region.y, Region.w, Region.h
    boxes = (
        _entries(sample_pk, box, (Region.area, RegionDetail.segmentation, RegionDetail.fields))
        .join(Region, (Region.source_pk == Source.pk) & (Region.key == SamplePick.region_key))
        .join(
            Image,
            (Image.pk == Region.image_pk) & Image.key.is_not_distinct_from(SamplePick.image_key),
        )
        .join(Folder, Folder.pk == Image.folder_pk)
        .outerjoin(RegionDetail, RegionDetail.region_pk == Region.pk)
        .where(Folder.split.is_not_distinct_from(SamplePick.split))
    )
    pictures = (
        _entries(sample_pk, [null()] * 4, [null()] * 3)
        .join(Image, Image.pk == image_pk(SamplePick.folder, SamplePick.name))
        .where(SamplePick.region_key.is_(None))
    )
    both = union_all(boxes, pictures)
    return both.order_by("category_key", "position")


def image_pk(folder: SQLColumnExpression[str], name: SQLColumnExpression[str]) -> ScalarSelect[int]:
    """Return the row of the picture at `folder`/`name` in the `Source` that is joined.

    A subquery, since SQLite would rather read every picture for each one that is looked for.
    """
    picture = aliased(Image)
    return (
        select(picture.pk)
        .where(picture.source_pk == Source.pk, picture.file_name == join_path(folder, name))
        .where(picture.key.is_(None))
        .correlate_except(picture)
        .scalar_subquery()
    )


def _entries(sample_pk: int, box: Any, rest: Any) -> Query:
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
            (SampleCategory.sample_pk == SamplePick.sample_pk)
            & (SampleCategory.category_key == SamplePick.category_key),
        )
        .join(Dataset, Dataset.name == SamplePick.dataset)
        .join(Source, Source.dataset_pk == Dataset.pk)
        .where(SamplePick.sample_pk == sample_pk)
    )
