"""The images of a selection and their boxes, in the order of their source."""

import json
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Label, Select, case, func, null, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Image, ImageRecord, Region, RegionSynset, Source
from ovmr_index.export.annotation_queries import is_of_source
from ovmr_index.export.forms.box_selection import BoxSelection
from ovmr_index.images.locations import join_location, location_columns


def images(selection: BoxSelection, *, records: bool) -> Query:
    """Select (pk, position, id, path, width, height, record or null) and a `Location` of images."""
    query = (
        select(
            Image.c.pk,
            Image.c.position,
            Image.c.key,
            Image.c.file_name,
            Image.c.width,
            Image.c.height,
            (ImageRecord.c.record if records else null()).label("record"),
        )
        .select_from(Image)
        .join(Source, Source.c.pk == Image.c.source_pk)
        .where(*_is_selected(selection))
        .order_by(Image.c.position, Image.c.pk)
    )
    if records:
        query = query.outerjoin(ImageRecord, ImageRecord.c.image_pk == Image.c.pk)
    return join_location(query).add_columns(*location_columns().values())


def boxes(selection: BoxSelection) -> Query:
    """Select the boxes of a selection by image, each in the order of its source.

    (pk, image's pk, id, what the place of its category is kept by, x, y, w, h, area, whether it is
    a crowd). Records are read afterwards: SQLite would carry them all through the sort.
    """
    given = _values(list(selection.places))
    meant = _synset(given) if selection.by_synset else Region.c.category_pk.label("meant")
    found = (
        select(
            Region.c.pk,
            Region.c.image_pk,
            Region.c.key,
            meant,
            Region.c.x,
            Region.c.y,
            Region.c.w,
            Region.c.h,
            Region.c.area,
            Region.c.is_crowd,
        )
        .join(Image, Image.c.pk == Region.c.image_pk)
        .where(is_of_source(selection.source_pk), *_is_selected(selection))
        .order_by(Image.c.position, Image.c.pk, Region.c.position)
    )
    return found.where(meant.is_not(None) if selection.by_synset else meant.in_(given))


def _is_selected(selection: BoxSelection) -> Iterator[ColumnElement[bool]]:
    yield Image.c.source_pk == selection.source_pk
    if selection.images is not None:
        yield Image.c.pk.in_(_values(list(selection.images)))


def _values(numbers: list[int]) -> Select[int]:
    """Return numbers as a query, of which there may be more than a statement takes values."""
    given = func.json_each(json.dumps(numbers)).table_valued("value", name="given")
    return select(given.c.value)


def _synset(given: Select[int]) -> Label[int | None]:
    """Return the synset (pk) of a region that is one of those given: the first of several."""
    several = (
        select(RegionSynset.c.synset_pk)
        .where(RegionSynset.c.region_pk == Region.c.pk, RegionSynset.c.synset_pk.in_(given))
        .order_by(RegionSynset.c.position)
        .limit(1)
        .scalar_subquery()
    )
    one = case((Region.c.synset_pk.in_(given), Region.c.synset_pk))
    return func.coalesce(one, several).label("meant")
