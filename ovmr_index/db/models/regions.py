"""Boxes on images; what no question scans is in tables beside them."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Named

from ovmr_index.db.models.base import (
    PIXELS,
    TEXT,
    WHOLE,
    Columns,
    index_where,
    row_numbers,
    strict_table,
)


class RegionColumns(Columns):
    """A box (xywh, pixels) on an image with a category, synsets or both.

    `synset_pk` is the one and only synset of a region; one that has several has them in
    `region_synsets` and null here. `area` is that of the mask in square pixels; `is_crowd` is 1
    for a box around many objects. `fields_pk` is a row of `region_fields`, null without one.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
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
    fields_pk: Named[int | None] = Column(WHOLE)


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


class RegionRecordColumns(Columns):
    """The JSON object that an annotation file holds of a region, without white space.

    It `is_odd` where its members say the same in another form than the region's columns (an id that
    is text, a box that is drawn around the mask), or have the name of one that exports add.
    """

    region_pk: Named[int] = Column(WHOLE, ForeignKey("regions.pk"), primary_key=True)
    record: Named[str] = Column(TEXT)
    is_odd: Named[int] = Column(
        WHOLE, CheckConstraint("is_odd IN (0, 1)", name="is_odd"), server_default="0"
    )


RegionRecord = strict_table("region_records", RegionRecordColumns)


class RegionFieldsColumns(Columns):
    """What regions of a source say beyond their columns, as a JSON object: each text once.

    Millions of regions share some thousands of these. No key leads here from `regions`: SQLite
    would look through all of them for each row that goes.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    source_pk: Named[int] = Column(WHOLE, ForeignKey("sources.pk"))
    fields: Named[str] = Column(TEXT)


RegionFields = strict_table("region_fields", RegionFieldsColumns)
