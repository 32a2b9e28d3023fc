"""Images of LVIS val, under whatever name: what must not be among the exemplars.

An image is known by its COCO id (LVIS's own ids, `coco_id` of others), by the SHA-256 of its file
and by its perceptual hash, as far as the index holds these.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Select,
    SQLColumnExpression,
    Subquery,
    case,
    func,
    literal,
    select,
    union_all,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import BitCount
from ovmr_index.db.models import Image, ImageHash, Source
from ovmr_index.errors import MissingSourceError
from ovmr_index.formats.lvis_files import lacks_lvis
from ovmr_index.formats.table import COCO_ID_FORMATS
from ovmr_index.ingest.sources import lvis_name

By = Literal["id", "content", "looks"]

BY_LVIS_ID, BY_COCO_ID, BY_CONTENT, BY_LIKENESS = range(4)
BY: dict[int, By] = {  # as the view `image_twins` has them
    BY_LVIS_ID: "id",
    BY_COCO_ID: "id",
    BY_CONTENT: "content",
    BY_LIKENESS: "looks",
}
NEAR_BITS = 3  # of 64 may differ

_BANDS = NEAR_BITS + 1  # of two hashes as near as that, one band at least is equal
_BAND_BITS = 64 // _BANDS


def val_sources() -> Select[int]:
    """Return the row numbers of the sources of LVIS val."""
    return select(Source.c.pk).where(Source.c.name == lvis_name("val")).order_by(Source.c.pk)


def coco_id() -> ColumnElement[int | None]:
    """Return the COCO id of an `Image` of a `Source`: LVIS's ids are those of COCO."""
    return case((Source.c.format.in_(COCO_ID_FORMATS), Image.c.key), else_=Image.c.coco_id)


def val_images() -> Select[int]:
    """Return the row numbers of the images that LVIS val shows, those of val included."""
    return select(shown_in_val().c.image_pk)


def not_of_val(image_pk: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition that LVIS val does not show an image, which is given by row number."""
    return image_pk.not_in(val_images())


def differing_bits(
    mine: SQLColumnExpression[int | None], its: SQLColumnExpression[int | None]
) -> ColumnElement[int]:
    """Return in how many bits two perceptual hashes differ."""
    return BitCount(mine.op("|")(its) - mine.op("&")(its))


@cache  # a statement may ask twice, whose CTEs are then the same
def shown_in_val() -> Subquery:
    """Return each image that LVIS val shows, once, with the best reason.

    Columns: image_pk; how, of BY_LVIS_ID and the others; bits, the difference of perceptual hashes;
    val_name, the path of the image in val.
    """
    val = _val()
    hashes = _val_hashes(val)
    near = (_by_likeness(val, hashes, number) for number in range(_BANDS))
    pairs = union_all(_by_lvis_id(val), _by_coco_id(val), _by_content(val), *near)
    found = pairs.subquery("pairs")
    order = found.c.how, found.c.bits, found.c.val_name
    rank = func.row_number().over(partition_by=found.c.image_pk, order_by=order)
    ranked = select(found, rank.label("rank")).subquery("ranked")
    columns = [ranked.c[name] for name in ("image_pk", "how", "bits", "val_name")]
    return select(*columns).where(ranked.c.rank == 1).subquery("shown_in_val")


def _val() -> CTE:
    return (
        select(
            Image.c.pk.label("pk"),
            Image.c.key.label("key"),
            Image.c.file_name.label("name"),
        )
        # The key, which all of them have, lets SQLite go by an index, past millions of others.
        .where(Image.c.source_pk.in_(val_sources()), Image.c.key.is_not(None))
        .cte("val")
    )


def _pair(
    image_pk: SQLColumnExpression[int], how: int, bits: ColumnElement[int], val: CTE
) -> Query:
    return select(
        image_pk.label("image_pk"),
        literal(how).label("how"),
        bits.label("bits"),
        val.c.name.label("val_name"),
    )


def _by_lvis_id(val: CTE) -> Query:
    """Join LVIS's images: those of val itself, and those of train that have an id of val."""
    return (
        _pair(Image.c.pk, BY_LVIS_ID, literal(0), val)
        .select_from(val)
        .join(Source, Source.c.format.in_(COCO_ID_FORMATS))
        .join(Image, (Image.c.source_pk == Source.c.pk) & (Image.c.key == val.c.key))
    )


def _by_coco_id(val: CTE) -> Query:
    found = _pair(Image.c.pk, BY_COCO_ID, literal(0), val).select_from(val)
    return found.join(Image, Image.c.coco_id == val.c.key)


def _by_content(val: CTE) -> Query:
    of_val, other = ImageHash.alias(), ImageHash.alias()
    same = (other.c.sha256 == of_val.c.sha256) & (other.c.image_pk != of_val.c.image_pk)
    return (
        _pair(other.c.image_pk, BY_CONTENT, literal(0), val)
        .select_from(val)
        .join(of_val, of_val.c.image_pk == val.c.pk)
        .join(other, same)
    )


def _by_likeness(val: CTE, of_val: CTE, number: int) -> Query:
    """Join images whose perceptual hash has one band in common, and differs in few bits.

    A hash without a bit is that of a plain image, which says nothing.
    """
    mine, its = ImageHash.c.perceptual, of_val.c.hash
    differing = differing_bits(mine, its)
    return (
        _pair(ImageHash.c.image_pk, BY_LIKENESS, differing, val)
        .select_from(ImageHash)
        .join(of_val, of_val.c[f"band_{number}"] == _band(mine, number))
        .join(val, val.c.pk == of_val.c.image_pk)
        .where(mine != 0, differing <= NEAR_BITS, ImageHash.c.image_pk != of_val.c.image_pk)
    )


def _val_hashes(val: CTE) -> CTE:
    """Return the perceptual hashes of val's images, and the bands of each."""
    bands = (
        _band(ImageHash.c.perceptual, number).label(f"band_{number}") for number in range(_BANDS)
    )
    return (
        select(ImageHash.c.image_pk, ImageHash.c.perceptual.label("hash"), *bands)
        .join(val, val.c.pk == ImageHash.c.image_pk)
        .where(ImageHash.c.perceptual != 0)
        .cte("val_hashes")
    )


def _band(perceptual: SQLColumnExpression[int | None], number: int) -> ColumnElement[int]:
    places = literal(number * _BAND_BITS, Integer)  # PostgreSQL shifts by no larger type
    return perceptual.op(">>")(places).op("&")((1 << _BAND_BITS) - 1)


def require_val(connection: Connection, root: Path | None = None) -> None:
    """Raise MissingSourceError where the index does not know what LVIS val shows."""
    if connection.execute(val_sources()).first() is None:
        raise MissingSourceError(lacks_lvis("val", root))
