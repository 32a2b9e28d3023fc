"""Samples that were saved, by names that hold in any index."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ovmr_index.db.models.base import PIXELS, Base, strict


class Sample(Base):
    """A saved draw of `k` exemplars a category.

    `weight` is what exemplars are drawn by, `version` that of the program. JSON texts: `filters`
    narrow the pools, `recipe` made them, `fingerprints` are the SHA-256 of each source's files.
    All are null in samples from before.
    """

    __tablename__ = "samples"
    __table_args__ = strict(UniqueConstraint("name"), CheckConstraint("k >= 1", name="k"))
    pk: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    k: Mapped[int]
    seed: Mapped[int]
    method: Mapped[str]
    on_shortage: Mapped[str]
    created_at: Mapped[str]
    generations: Mapped[str]
    weight: Mapped[str | None]
    vocabulary: Mapped[str | None]
    version: Mapped[str | None]
    filters: Mapped[str | None]
    recipe: Mapped[str | None]
    fingerprints: Mapped[str | None]


class SampleCategory(Base):
    """A category that a sample stands for, in the sample's order; it may have no picks.

    `synset` is the category's name where it has none. `name` is null in samples from before names
    were kept whose category had been numbered again by then.
    """

    __tablename__ = "sample_categories"
    __table_args__ = strict(UniqueConstraint("sample_pk", "position"), rowid=False)
    sample_pk: Mapped[int] = mapped_column(ForeignKey("samples.pk"), primary_key=True)
    category_key: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    synset: Mapped[str]
    name: Mapped[str | None]


class SamplePick(Base):
    """A pick of a saved sample by natural keys, which outlive the rows that it was drawn from."""

    __tablename__ = "sample_picks"
    __table_args__ = strict(rowid=False)
    sample_pk: Mapped[int] = mapped_column(ForeignKey("samples.pk"), primary_key=True)
    category_key: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    synset: Mapped[str]
    dataset: Mapped[str]
    split: Mapped[str | None]
    folder: Mapped[str]
    name: Mapped[str]
    x: Mapped[Any] = mapped_column(PIXELS, nullable=True)
    y: Mapped[Any] = mapped_column(PIXELS, nullable=True)
    w: Mapped[Any] = mapped_column(PIXELS, nullable=True)
    h: Mapped[Any] = mapped_column(PIXELS, nullable=True)
    weight: Mapped[float]
    image_key: Mapped[int | None]
    region_key: Mapped[int | None]
