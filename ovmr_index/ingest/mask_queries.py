"""Masks that cannot be those of their image: by the size of run lengths, and by polygons' bounds.

A mask is `[[x, y, …], …]` or `{"size": [height, width], "counts": …}` within the record of its
region. Of a polygon the first point alone is looked at, unless that is at an edge or outside.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import LeastOfPolygons, MostOfPolygons, number
from ovmr_index.db.models import Dataset, Image, Region, RegionRecord, Source
from ovmr_index.ingest.verify_queries import first_file

_Number = SQLColumnExpression[Any]

_RECORD = RegionRecord.c.record
_X, _Y = range(2)
_WIDTH, _HEIGHT = func.nullif(Image.c.width, 0), func.nullif(Image.c.height, 0)  # 0 is unknown


def odd_masks() -> Query:
    """Return how many masks of a source are odd, and the lowest id of their regions.

    Columns: dataset, path of the file, kind, number, id. Of kind 0 are run lengths of another size
    than the image, of kind 1 polygons none of which has a point inside the image: all are beyond
    one of its edges.
    """
    kinds = enumerate((_has_another_size(), _is_outside()))
    odd = union_all(*(_masks(kind, condition) for kind, condition in kinds)).subquery("odd")
    return (
        select(
            func.min(Dataset.c.name), first_file(), odd.c.kind, func.count(), func.min(odd.c.key)
        )
        .select_from(odd)
        .join(Source, Source.c.pk == odd.c.source_pk)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .group_by(Source.c.pk, odd.c.kind)
        .order_by(Source.c.pk, odd.c.kind)
    )


def _masks(kind: int, condition: ColumnElement[bool]) -> Select[int, int, int]:
    return (
        select(Region.c.source_pk, Region.c.key, literal(kind).label("kind"))
        .select_from(RegionRecord)
        .join(Region, Region.c.pk == RegionRecord.c.region_pk)
        .join(Image, Image.c.pk == Region.c.image_pk)
        .where(condition)
    )


def _has_another_size() -> ColumnElement[bool]:
    height, width = (number(_RECORD, "segmentation", "size", i) for i in range(2))
    return or_(height != _HEIGHT, width != _WIDTH)


def _is_outside() -> ColumnElement[bool]:
    return or_(*(_is_beyond(axis, size) for axis, size in ((_X, _WIDTH), (_Y, _HEIGHT))))


def _is_beyond(axis: int, size: _Number) -> ColumnElement[bool]:
    """Whether all points are beyond an edge of the image; the first point is looked at first."""
    first = number(_RECORD, "segmentation", 0, axis)
    return or_(
        and_(first <= 0, MostOfPolygons(_RECORD, literal(axis)) <= 0),
        and_(first >= size, LeastOfPolygons(_RECORD, literal(axis)) >= size),
    )
