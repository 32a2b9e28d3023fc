"""The rows of COCO's annotation files that OV-COCO keeps."""

from collections.abc import Collection

from sqlalchemy import Select, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import (
    Category,
    Image,
    ImageRecord,
    Region,
    Source,
    SourceFile,
    Vocabulary,
)
from ovmr_index.export.annotation_queries import is_of_source


def coco_sources() -> Query:
    """Select (pk, name, header, path of a file, vocabulary pk) of sources in COCO's format."""
    return (
        select(
            Source.c.pk,
            Source.c.name,
            Source.c.header,
            SourceFile.c.path,
            Vocabulary.c.pk.label("vocabulary_pk"),
        )
        .join(SourceFile, SourceFile.c.source_pk == Source.c.pk)
        .join(Vocabulary, Vocabulary.c.source_pk == Source.c.pk)
        .where(Source.c.format == "coco")
        .order_by(Source.c.pk, SourceFile.c.pk)
    )


def named_categories(vocabulary_pk: int, names: Collection[str]) -> Select[int]:
    """Select the categories (pk) of a vocabulary with some names."""
    return select(Category.c.pk).where(
        Category.c.vocabulary_pk == vocabulary_pk, Category.c.name.in_(sorted(names))
    )


def images_with(source_pk: int, selected: Select[int]) -> Query:
    """Select (pk, record) of a file's images with annotations of selected categories, in order."""
    shown = select(Region.c.image_pk).where(
        is_of_source(source_pk), Region.c.category_pk.in_(selected)
    )
    return (
        select(ImageRecord.c.image_pk, ImageRecord.c.record)
        .join(Image, Image.c.pk == ImageRecord.c.image_pk)
        .where(Image.c.source_pk == source_pk, Image.c.pk.in_(shown))
        .order_by(Image.c.position, Image.c.pk)
    )
