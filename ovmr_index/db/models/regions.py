"""Boxes on images; what no question scans is in tables beside them."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ovmr_index.db.models.base import PIXELS, Base, index_where, strict


class Region(Base):
    """A box (xywh, pixels) on an image with a category, synsets or both.

    `synset_pk` is the one and only synset of a region; one that has several has them in
    `region_synsets` and null here. `area` is that of the mask in square pixels; `is_crowd` is 1
    for a box around many objects.
    """

    __tablename__ = "regions"
    __table_args__ = strict(
        Index("uq_regions_source_id_key", "source_pk", "key", unique=True),
        Index("ix_regions_image_id", "image_pk"),
        index_where("ix_regions_category_id", "category_pk IS NOT NULL", "category_pk"),
        index_where("ix_regions_synset_id", "synset_pk IS NOT NULL", "synset_pk"),
    )
    pk: Mapped[int] = mapped_column(primary_key=True)
    source_pk: Mapped[int] = mapped_column(ForeignKey("sources.pk"))
    key: Mapped[int]
    position: Mapped[int]
    image_pk: Mapped[int] = mapped_column(ForeignKey("images.pk"))
    category_pk: Mapped[int | None] = mapped_column(ForeignKey("categories.pk"))
    synset_pk: Mapped[int | None] = mapped_column(ForeignKey("synsets.pk"))
    x: Mapped[Any] = mapped_column(PIXELS, nullable=False)
    y: Mapped[Any] = mapped_column(PIXELS, nullable=False)
    w: Mapped[Any] = mapped_column(PIXELS, nullable=False)
    h: Mapped[Any] = mapped_column(PIXELS, nullable=False)
    area: Mapped[Any] = mapped_column(PIXELS, nullable=True)
    is_crowd: Mapped[int] = mapped_column(
        CheckConstraint("is_crowd IN (0, 1)", name="is_crowd"), server_default="0"
    )


class RegionSynset(Base):
    """The synsets of a region that has several, in the order of its source."""

    __tablename__ = "region_synsets"
    __table_args__ = strict(rowid=False)
    region_pk: Mapped[int] = mapped_column(ForeignKey("regions.pk"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    synset_pk: Mapped[int] = mapped_column(ForeignKey("synsets.pk"), index=True)


class RegionDetail(Base):
    """The polygons of a region, and its fields that have no column, as JSON: nobody scans them."""

    __tablename__ = "region_details"
    __table_args__ = strict()
    region_pk: Mapped[int] = mapped_column(ForeignKey("regions.pk"), primary_key=True)
    segmentation: Mapped[str | None]
    fields: Mapped[str | None]
