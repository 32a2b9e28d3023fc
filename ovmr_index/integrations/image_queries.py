"""Which images and categories the objects of other packages are made of."""

from sqlalchemy import Select, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import array_of, placed_lists, whole_item
from ovmr_index.db.models import Category, Image, Source, SourceFile
from ovmr_index.export.forms import annotated_image_queries as queries
from ovmr_index.export.forms.box_selection import BoxSelection


def image_ids(selection: BoxSelection) -> Query:
    """Select (pk, id or null) of the images of a selection, in order."""
    return queries.images(selection, records=False).with_only_columns(Image.c.pk, Image.c.key)


def image_counts(selection: BoxSelection) -> Query:
    """Select (place, number of images with boxes of it) of the categories of a selection."""
    given = placed_lists(array_of(selection.places.items()), "given")
    meant, place = (whole_item(given.c.value, i) for i in range(2))
    boxes = queries.boxes(selection).order_by(None).subquery()
    return (
        select(place.label("place"), func.count(boxes.c.image_pk.distinct()))
        .select_from(given)
        .join(boxes, boxes.c.meant == meant)
        .group_by("place")
        .order_by("place")
    )


def annotation_files(source_pk: int) -> Select[str]:
    """Select the paths of the files that a source was read from; the annotation file is first."""
    return (
        select(SourceFile.c.path)
        .where(SourceFile.c.source_pk == source_pk)
        .order_by(SourceFile.c.pk)
    )


def source_state(source_pk: int) -> Query:
    """Select (generation, path, SHA-256) of a source by its files: what changes when it does."""
    return (
        select(Source.c.generation, SourceFile.c.path, SourceFile.c.sha256)
        .outerjoin(SourceFile, SourceFile.c.source_pk == Source.c.pk)
        .where(Source.c.pk == source_pk)
        .order_by(SourceFile.c.pk)
    )


def ids_of_categories(pks: list[int]) -> Query:
    """Select (id, pk) of categories, in order of their ids."""
    return (
        select(Category.c.key, Category.c.pk).where(Category.c.pk.in_(pks)).order_by(Category.c.key)
    )
