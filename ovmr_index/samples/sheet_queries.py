"""What a saved sample holds, to be looked at: every pick, there or gone."""

from typing import Any, NamedTuple

from sqlalchemy import Select, Text, column, or_, select, table

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import WHOLE, Sample, SampleCategory
from ovmr_index.formats.records import Number

_HELD = table(
    "sample_exemplars",
    column("sample", Text),
    column("vocabulary", Text),
    column("category_id", WHOLE),
    column("rank", WHOLE),
    column("source", Text),
    column("dataset", Text),
    column("file_name", Text),
    column("region_id", WHOLE),
    column("x"),
    column("y"),
    column("w"),
    column("h"),
    column("weight"),
    column("missing", WHOLE),
)


class SheetTile(NamedTuple):
    """A pick of a saved sample: what names it in any index, and its box (xywh, pixels).

    The box is None for a whole image. `source` is None where the exemplar is `missing`: it is not
    in the index any more, or is another image, box or category now.
    """

    category_id: int
    rank: int
    source: str | None
    dataset: str
    file_name: str
    region_id: int | None
    x: Number | None
    y: Number | None
    w: Number | None
    h: Number | None
    weight: float
    missing: int


class HoldingSample(NamedTuple):
    """A saved sample that holds an exemplar, and as which of a category, from 0."""

    sample: str
    k: int
    seed: int
    method: str
    rank: int


def sheet_tiles(sample: str) -> Query:
    """Return the `SheetTile` of each pick of a sample, by category and as drawn."""
    columns: list[Any] = [_HELD.c[name] for name in SheetTile._fields]
    return (
        select(*columns).where(_HELD.c.sample == sample).order_by(_HELD.c.category_id, _HELD.c.rank)
    )


def sheet_categories(sample_pk: int) -> Query:
    """Return (category id, name or null, synset) of a sample's categories, in its order."""
    return (
        select(SampleCategory.c.category_key, SampleCategory.c.name, SampleCategory.c.synset)
        .where(SampleCategory.c.sample_pk == sample_pk)
        .order_by(SampleCategory.c.position)
    )


def samples_with(
    vocabulary: str, category_id: int, source: str, file_name: str, region_id: int | None
) -> Select[str, int, int, str, int]:
    """Return the `HoldingSample`s of an exemplar of a category, by name.

    One whose exemplar is missing now counts too: its source is not known any more.
    """
    return (
        select(Sample.c.name, Sample.c.k, Sample.c.seed, Sample.c.method, _HELD.c.rank)
        .join(_HELD, _HELD.c.sample == Sample.c.name)
        .where(
            _HELD.c.category_id == category_id,
            _HELD.c.vocabulary == vocabulary,
            _HELD.c.file_name == file_name,
            _HELD.c.region_id.is_not_distinct_from(region_id),
            or_(_HELD.c.source == source, _HELD.c.source.is_(None)),
        )
        .order_by(Sample.c.name, _HELD.c.rank)
    )
