"""Samples that were saved, by names that hold in any index."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Named, UniqueConstraint

from ovmr_index.db.models.base import (
    DOUBLE,
    PIXELS,
    TEXT,
    WHOLE,
    Columns,
    row_numbers,
    strict_table,
)


class SampleColumns(Columns):
    """A saved draw of `k` exemplars a category.

    `weight` is what exemplars are drawn by, `version` that of the program. JSON texts: `filters`
    narrow the pools, `recipe` made them, `fingerprints` are the SHA-256 of each source's files.
    All are null in samples from before. `marks` is the fingerprint of the marks that it was drawn
    with, null without one.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    name: Named[str] = Column(TEXT)
    k: Named[int] = Column(WHOLE)
    seed: Named[int] = Column(WHOLE)
    method: Named[str] = Column(TEXT)
    on_shortage: Named[str] = Column(TEXT)
    created_at: Named[str] = Column(TEXT)
    generations: Named[str] = Column(TEXT)
    weight: Named[str | None] = Column(TEXT)
    vocabulary: Named[str | None] = Column(TEXT)
    version: Named[str | None] = Column(TEXT)
    filters: Named[str | None] = Column(TEXT)
    recipe: Named[str | None] = Column(TEXT)
    fingerprints: Named[str | None] = Column(TEXT)
    marks: Named[str | None] = Column(TEXT)


Sample = strict_table(
    "samples", SampleColumns, UniqueConstraint("name"), CheckConstraint("k >= 1", name="k")
)


class SampleCategoryColumns(Columns):
    """A category that a sample stands for, in the sample's order; it may have no picks.

    `synset` is the category's name where it has none. `name` is null in samples from before names
    were kept whose category had been numbered again by then.
    """

    sample_pk: Named[int] = Column(WHOLE, ForeignKey("samples.pk"), primary_key=True)
    category_key: Named[int] = Column(WHOLE, primary_key=True)
    position: Named[int] = Column(WHOLE)
    synset: Named[str] = Column(TEXT)
    name: Named[str | None] = Column(TEXT)


SampleCategory = strict_table(
    "sample_categories",
    SampleCategoryColumns,
    UniqueConstraint("sample_pk", "position"),
    rowid=False,
)


class SamplePickColumns(Columns):
    """A pick of a saved sample by natural keys, which outlive the rows that it was drawn from."""

    sample_pk: Named[int] = Column(WHOLE, ForeignKey("samples.pk"), primary_key=True)
    category_key: Named[int] = Column(WHOLE, primary_key=True)
    position: Named[int] = Column(WHOLE, primary_key=True)
    synset: Named[str] = Column(TEXT)
    dataset: Named[str] = Column(TEXT)
    split: Named[str | None] = Column(TEXT)
    folder: Named[str] = Column(TEXT)
    name: Named[str] = Column(TEXT)
    x: Named[Any] = Column(PIXELS, nullable=True)
    y: Named[Any] = Column(PIXELS, nullable=True)
    w: Named[Any] = Column(PIXELS, nullable=True)
    h: Named[Any] = Column(PIXELS, nullable=True)
    weight: Named[float] = Column(DOUBLE)
    image_key: Named[int | None] = Column(WHOLE)
    region_key: Named[int | None] = Column(WHOLE)


SamplePick = strict_table("sample_picks", SamplePickColumns, rowid=False)
