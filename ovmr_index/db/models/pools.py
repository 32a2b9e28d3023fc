"""The exemplars of each category, and how they were chosen."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Named, UniqueConstraint

from ovmr_index.db.models.base import DOUBLE, TEXT, WHOLE, Columns, row_numbers, strict_table


class CollationColumns(Columns):
    """The recipe of a vocabulary's pools, and from which generation of each source they were made.

    Both are JSON objects: `recipe` has the fields of `Recipe`, `generations` a number by the name
    of a source. Substitutes have rows.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    vocabulary_pk: Named[int] = Column(WHOLE, ForeignKey("vocabularies.pk"))
    recipe: Named[str] = Column(TEXT)
    generations: Named[str] = Column(TEXT)


Collation = strict_table("collations", CollationColumns, UniqueConstraint("vocabulary_pk"))


class SubstituteColumns(Columns):
    """A substitute of a category's synset: the category gets its exemplars too, by `position`."""

    collation_pk: Named[int] = Column(WHOLE, ForeignKey("collations.pk"), primary_key=True)
    synset_pk: Named[int] = Column(WHOLE, ForeignKey("synsets.pk"), primary_key=True)
    position: Named[int] = Column(WHOLE, primary_key=True)
    substitute_pk: Named[int] = Column(WHOLE, ForeignKey("synsets.pk"))


Substitute = strict_table("substitutes", SubstituteColumns, rowid=False)


class PoolEntryColumns(Columns):
    """An exemplar in a category's pool: a region, or a whole image where `region_pk` is null.

    `synset_pk` is the one that it was found under; `substitute` is 1 if that is a substitute.
    """

    category_pk: Named[int] = Column(WHOLE, ForeignKey("categories.pk"), primary_key=True)
    position: Named[int] = Column(WHOLE, primary_key=True)
    dataset_pk: Named[int] = Column(WHOLE, ForeignKey("datasets.pk"))
    image_pk: Named[int] = Column(WHOLE, ForeignKey("images.pk"))
    region_pk: Named[int | None] = Column(WHOLE, ForeignKey("regions.pk"))
    synset_pk: Named[int] = Column(WHOLE, ForeignKey("synsets.pk"))
    substitute: Named[int] = Column(WHOLE)
    weight: Named[float] = Column(DOUBLE)


PoolEntry = strict_table(
    "pool_entries",
    PoolEntryColumns,
    CheckConstraint("substitute IN (0, 1)", name="substitute"),
    rowid=False,
)
