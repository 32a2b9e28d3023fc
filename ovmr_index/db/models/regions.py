"""Boxes on images; what no question scans is in tables beside them."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Named, Text

from ovmr_index.db.models.base import PIXELS, WHOLE, Columns, index_where, strict_table


class RegionColumns(Columns):
    """A box (xywh, pixels) on an image with a category, synsets or both.

    `synset_pk` is the one and only synset of a region; one that has several has them in
    `region_synsets` and null here. `area` is that of the mask in square pixels; `is_crowd` is 1
    for a box around many objects.
    """

    pk: Named[int] = Column(WHOLE, primary_key=True)
    source_pk: Named[int] = Column(WHOLE, ForeignKey("sources.pk"))
    key: Named[int] = Column(WHOLE)
    position: Named[int] = Column(WHOLE)
    image_pk: Named[int] = Column(WHOLE, ForeignKey("images.pk"))
    category_pk: Named[int | None] = Column(WHOLE, ForeignKey("categories.pk"))
    synset_pk: Named[int | None] = Column(WHOLE, ForeignKey("synsets.pk"))
    x: Named[Any] = Column(PIXELS, nullable=False)
    y: Named[Any] = Column(PIXELS, nullable=False)
    w: Named[Any] = Column(PIXELS, nullable=False)
    h: Named[Any] = Column(PIXELS, nullable=False)
    area: Named[Any] = Column(PIXELS, nullable=True)
    is_crowd: Named[int] = Column(
        WHOLE, CheckConstraint("is_crowd IN (0, 1)", name="is_crowd"), server_default="0"
    )


Region = strict_table(
    "regions",
    RegionColumns,
    Index("uq_regions_source_id_key", "source_pk", "key", unique=True),
    Index("ix_regions_image_id", "image_pk"),
    index_where("ix_regions_category_id", "category_pk IS NOT NULL", "category_pk"),
    index_where("ix_regions_synset_id", "synset_pk IS NOT NULL", "synset_pk"),
)


class RegionSynsetColumns(Columns):
    """The synsets of a region that has several, in the order of its source."""

    region_pk: Named[int] = Column(WHOLE, ForeignKey("regions.pk"), primary_key=True)
    position: Named[int] = Column(WHOLE, primary_key=True)
    synset_pk: Named[int] = Column(WHOLE, ForeignKey("synsets.pk"), index=True)


RegionSynset = strict_table("region_synsets", RegionSynsetColumns, rowid=False)


class RegionDetailColumns(Columns):
    """The polygons of a region, and its fields that have no column, as JSON: nobody scans them."""

    region_pk: Named[int] = Column(WHOLE, ForeignKey("regions.pk"), primary_key=True)
    segmentation: Named[str | None] = Column(Text)
    fields: Named[str | None] = Column(Text)


RegionDetail = strict_table("region_details", RegionDetailColumns)
