"""Saved samples: their categories, their picks, and the rows that the picks were drawn from."""

from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    ScalarSelect,
    SQLColumnExpression,
    Text,
    and_,
    column,
    func,
    select,
    table,
    tuple_,
    union_all,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    WHOLE,
    Dataset,
    Image,
    Region,
    Sample,
    SampleCategory,
    SamplePick,
    Source,
)
from ovmr_index.errors import shortened
from ovmr_index.images.locations import join_location, join_path, location_columns
from ovmr_index.pools.exemplar_queries import DETAILS, in_order, join_details

# The public view says which exemplars are there: the `source` of one that is gone is null.
_HELD = table(
    "sample_exemplars",
    column("sample", Text),
    column("category_id", WHOLE),
    column("rank", WHOLE),
    column("source", Text),
)


class SampleSummary(NamedTuple):
    """A saved sample: how and when (UTC) it was drawn, how many exemplars it has and has lost.

    `gone` counts the picks whose exemplar is not in the index any more.
    """

    name: str
    k: int
    seed: int
    method: str
    on_shortage: str
    created_at: str
    picks: int
    gone: int


class SavedPick(NamedTuple):
    """An exemplar of a saved sample, by what names it in any index."""

    category_id: int
    position: int
    dataset: str
    file_name: str
    region_id: int | None

    def describe(self) -> str:
        """Return the exemplar as messages name it."""
        box = "" if self.region_id is None else f", box {self.region_id}"
        return f"{self.dataset} {shortened(self.file_name)}{box}"


def saved_samples() -> Query:
    """Return the `SampleSummary` of each saved sample, by name."""
    count = select(func.count())
    picks = count.where(SamplePick.c.sample_pk == Sample.c.pk)
    gone = count.where(_HELD.c.sample == Sample.c.name, _HELD.c.source.is_(None))
    return select(
        Sample.c.name,
        Sample.c.k,
        Sample.c.seed,
        Sample.c.method,
        Sample.c.on_shortage,
        Sample.c.created_at,
        picks.correlate(Sample).scalar_subquery().label("picks"),
        gone.correlate(Sample).scalar_subquery().label("gone"),
    ).order_by(Sample.c.name)


def sample_origin(sample_pk: int) -> Query:
    """Return the columns of `provenance.Provenance` of a sample, JSON as text."""
    return select(
        Sample.c.k,
        Sample.c.seed,
        Sample.c.method,
        Sample.c.weight,
        Sample.c.on_shortage,
        Sample.c.vocabulary,
        Sample.c.version,
        Sample.c.filters,
        Sample.c.recipe,
        Sample.c.fingerprints,
        Sample.c.marks,
    ).where(Sample.c.pk == sample_pk)


def sample_categories(sample_pk: int) -> Query:
    """Return (category id, synset) of the categories of a sample, in its order."""
    return (
        select(SampleCategory.c.category_key, SampleCategory.c.synset)
        .where(SampleCategory.c.sample_pk == sample_pk)
        .order_by(SampleCategory.c.position)
    )


def sample_picks(sample_pk: int) -> Query:
    """Return each `SavedPick` of a sample, as saved, by category id and position."""
    return (
        select(
            SamplePick.c.category_key,
            SamplePick.c.position,
            SamplePick.c.dataset,
            join_path(SamplePick.c.folder, SamplePick.c.name),
            SamplePick.c.region_key,
        )
        .where(SamplePick.c.sample_pk == sample_pk)
        .order_by(SamplePick.c.category_key, SamplePick.c.position)
    )


def missing_picks(sample_pk: int) -> Query:
    """Return each `SavedPick` of a sample whose exemplar is not in the index any more."""
    gone = select(_HELD.c.category_id, _HELD.c.rank).where(
        _HELD.c.sample == _sample_name(sample_pk), _HELD.c.source.is_(None)
    )
    at = tuple_(SamplePick.c.category_key, SamplePick.c.position)
    return sample_picks(sample_pk).where(at.in_(gone))


def sample_entries(sample_pk: int) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the exemplars of a sample that are still there as `ExemplarRow`s, in its order.

    A position follows at the end. Exemplars are found by their natural keys.
    """
    box: dict[str, SQLColumnExpression[Any]] = {
        "x": Region.c.x,
        "y": Region.c.y,
        "w": Region.c.w,
        "h": Region.c.h,
        "area": Region.c.area,
        **DETAILS,
    }
    boxes = join_details(_boxes(_entries(box), sample_pk))
    images = _images(_entries({}), sample_pk)
    both = union_all(join_location(boxes), join_location(images))
    return both.order_by("category_id", "position")


def image_pk(folder: SQLColumnExpression[str], name: SQLColumnExpression[str]) -> ScalarSelect[int]:
    """Return the pk of the image at `folder`/`name` in the `Source` that is joined.

    A subquery, since SQLite would rather read every image for each one that is looked for.
    """
    image = Image.alias()
    return (
        select(image.c.pk)
        .where(image.c.source_pk == Source.c.pk, image.c.file_name == join_path(folder, name))
        .where(image.c.key.is_(None))
        .correlate_except(image)
        .scalar_subquery()
    )


def region_pk(region_key: SQLColumnExpression[int | None]) -> ScalarSelect[int]:
    """Return the pk of a region in the `Source` that is joined; a subquery as `image_pk`."""
    region = Region.alias()
    of_source = (region.c.source_pk == Source.c.pk) & (region.c.key == region_key)
    return select(region.c.pk).where(of_source).correlate_except(region).scalar_subquery()


def _sample_name(sample_pk: int) -> ScalarSelect[str]:
    return select(Sample.c.name).where(Sample.c.pk == sample_pk).scalar_subquery()


def _boxes(picks: Query, sample_pk: int) -> Query:
    """Join to the picks of a sample the `Region` of each that is a box, where it is there."""
    return (
        _in_sources(picks, sample_pk)
        .join(Region, Region.c.pk == region_pk(SamplePick.c.region_key))
        .join(Image, Image.c.pk == Region.c.image_pk)
    )


def _images(picks: Query, sample_pk: int) -> Query:
    """Join to the picks of a sample the `Image` of each that is a whole one and is there."""
    return (
        _in_sources(picks, sample_pk)
        .join(Image, Image.c.pk == image_pk(SamplePick.c.folder, SamplePick.c.name))
        .where(SamplePick.c.region_key.is_(None))
    )


def _in_sources(picks: Query, sample_pk: int) -> Query:
    """Join to the picks of a sample the `Source` in which each is there."""
    is_held = and_(
        _HELD.c.sample == _sample_name(sample_pk),
        _HELD.c.category_id == SamplePick.c.category_key,
        _HELD.c.rank == SamplePick.c.position,
    )
    return (
        picks.join(_HELD, is_held)
        .join(Source, Source.c.name == _HELD.c.source)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .where(SamplePick.c.sample_pk == sample_pk)
    )


def _entries(box: dict[str, SQLColumnExpression[Any]]) -> Query:
    columns: dict[str, SQLColumnExpression[Any]] = {
        "category_id": SamplePick.c.category_key,
        "category_synset": SampleCategory.c.synset,
        "synset": SamplePick.c.synset,
        "dataset": SamplePick.c.dataset,
        "format": Source.c.format,
        "split": SamplePick.c.split,
        "root": Dataset.c.root,
        "file_name": Image.c.file_name,
        "weight": SamplePick.c.weight,
        "image_id": Image.c.key,
        "region_id": SamplePick.c.region_key,
        **box,
        "image_width": Image.c.width,
        "image_height": Image.c.height,
        **location_columns(),
        "source": Source.c.name,
    }
    of_category = (SampleCategory.c.sample_pk == SamplePick.c.sample_pk) & (
        SampleCategory.c.category_key == SamplePick.c.category_key
    )
    return (
        select(*in_order(columns), SamplePick.c.position.label("position"))
        .select_from(SamplePick)
        .join(SampleCategory, of_category)
    )
