"""Which annotations are the first of their category in an order that is the same in any index."""

from sqlalchemy import Column, MetaData, Subquery, Table, Text, cast, func, literal, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import DrawNumber
from ovmr_index.db.json_functions import numbers
from ovmr_index.db.models import WHOLE, Image, Region
from ovmr_index.export.annotation_queries import is_of_source
from ovmr_index.export.forms.annotated_image_queries import category_of, has_category
from ovmr_index.export.forms.box_selection import BoxSelection

# The categories of a selection: what a place is kept by there, the place, and synset or name.
CATEGORIES = Table(
    "tmp_shot_categories",
    MetaData(),
    Column("meant", WHOLE, primary_key=True),
    Column("place", WHOLE, nullable=False),
    Column("name", Text, nullable=False),
    prefixes=["TEMPORARY"],
)


def picked(selection: BoxSelection, k: int, seed: int, *, by_image: bool) -> Query:
    """Select (pk, image's pk, place of the category) of the first `k` of each category.

    They are annotations, or with `by_image` all annotations on the first `k` images. `CATEGORIES`
    holds the categories of the selection.
    """
    texts = _texts(selection, seed, by_image=by_image)
    number = func.dense_rank() if by_image else func.row_number()
    by_hash = (DrawNumber(texts.c.text), texts.c.text)
    rank = number.over(partition_by=texts.c.place, order_by=by_hash).label("rank")
    ranked = select(texts.c.pk, texts.c.image_pk, texts.c.place, rank).subquery("ranked")
    return (
        select(ranked.c.pk, ranked.c.image_pk, ranked.c.place)
        .where(ranked.c.rank <= k)
        .order_by(ranked.c.place, ranked.c.rank, ranked.c.pk)
    )


def _texts(selection: BoxSelection, seed: int, *, by_image: bool) -> Subquery:
    """Return the shots that there are, each with what names it in any index.

    Each has its image and its category. Outer joins keep SQLite from beginning with these: it would
    go through all boxes for each category.
    """
    boxes = (
        select(
            Region.c.pk, Region.c.key, Region.c.image_pk, Image.c.file_name, category_of(selection)
        )
        .outerjoin(Image, Image.c.pk == Region.c.image_pk)
        .where(is_of_source(selection.source_pk), has_category(selection))
        .where(Region.c.is_crowd == 0, Region.c.w >= 0, Region.c.h >= 0)
    )
    if selection.images is not None:
        boxes = boxes.where(Region.c.image_pk.in_(numbers(selection.images)))
    found = boxes.subquery("boxes")
    text = literal(f"{seed}|") + CATEGORIES.c.name + "|" + found.c.file_name + "|"
    if not by_image:
        text = text + cast(found.c.key, Text)
    return (
        select(found.c.pk, found.c.image_pk, CATEGORIES.c.place, text.label("text"))
        .outerjoin(CATEGORIES, CATEGORIES.c.meant == found.c.meant)
        .subquery("texts")
    )
