"""Which annotations are the first of their category in an order that is the same in any index."""

import json

from sqlalchemy import Integer, Subquery, Text, cast, func, literal, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import DrawNumber
from ovmr_index.db.models import Image, Region
from ovmr_index.export.annotation_queries import is_of_source
from ovmr_index.export.forms.annotated_image_queries import category_of, has_category, values
from ovmr_index.export.forms.box_selection import BoxSelection


def picked(selection: BoxSelection, k: int, seed: int, *, by_image: bool) -> Query:
    """Select (pk, image's pk, place of the category) of the first `k` of each category.

    They are annotations, or with `by_image` all annotations on the first `k` images.
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
    """Return the shots that there are, each with what names it in any index."""
    boxes = (
        select(
            Region.c.pk, Region.c.key, Region.c.image_pk, Image.c.file_name, category_of(selection)
        )
        .join(Image, Image.c.pk == Region.c.image_pk)
        .where(is_of_source(selection.source_pk), has_category(selection))
        .where(Region.c.is_crowd == 0, Region.c.w >= 0, Region.c.h >= 0)
    )
    if selection.images is not None:
        boxes = boxes.where(Region.c.image_pk.in_(values(list(selection.images))))
    found = boxes.subquery("boxes")
    categories = _categories(selection)
    text = literal(f"{seed}|") + categories.c.name + "|" + found.c.file_name + "|"
    if not by_image:
        text = text + cast(found.c.key, Text)
    return (
        select(found.c.pk, found.c.image_pk, categories.c.place, text.label("text"))
        .join(categories, categories.c.meant == found.c.meant)
        .subquery("texts")
    )


def _categories(selection: BoxSelection) -> Subquery:
    """Return (what a place is kept by, the place, synset or name) of the categories."""
    names = [one.synset or one.name for one in selection.categories]
    rows = [(meant, place, names[place]) for meant, place in selection.places.items()]
    given = func.json_each(json.dumps(rows)).table_valued("value", name="given")
    columns = (func.json_extract(given.c.value, f"$[{i}]") for i in range(3))
    meant, place, name = columns
    return select(
        cast(meant, Integer).label("meant"),
        cast(place, Integer).label("place"),
        cast(name, Text).label("name"),
    ).subquery("categories")
