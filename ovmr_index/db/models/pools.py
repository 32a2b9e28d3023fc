"""The exemplars of each category, and how they were chosen."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ovmr_index.db.models.base import Base, strict


class Collation(Base):
    """The recipe of a vocabulary's pools, and from which generation of each source they were made.

    Both are JSON objects: `recipe` has the fields of `Recipe`, `generations` a number by the name
    of a source. Substitutes have rows.
    """

    __tablename__ = "collations"
    __table_args__ = strict(UniqueConstraint("vocabulary_pk"))
    pk: Mapped[int] = mapped_column(primary_key=True)
    vocabulary_pk: Mapped[int] = mapped_column(ForeignKey("vocabularies.pk"))
    recipe: Mapped[str]
    generations: Mapped[str]


class Substitute(Base):
    """A substitute of a category's synset: the category gets its exemplars too, by `position`."""

    __tablename__ = "substitutes"
    __table_args__ = strict(rowid=False)
    collation_pk: Mapped[int] = mapped_column(ForeignKey("collations.pk"), primary_key=True)
    synset_pk: Mapped[int] = mapped_column(ForeignKey("synsets.pk"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    substitute_pk: Mapped[int] = mapped_column(ForeignKey("synsets.pk"))


class PoolEntry(Base):
    """An exemplar in a category's pool: a region, or a whole image where `region_pk` is null.

    `synset_pk` is the one that it was found under; `substitute` is 1 if that is a substitute.
    """

    __tablename__ = "pool_entries"
    __table_args__ = strict(CheckConstraint("substitute IN (0, 1)", name="substitute"), rowid=False)
    category_pk: Mapped[int] = mapped_column(ForeignKey("categories.pk"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    dataset_pk: Mapped[int] = mapped_column(ForeignKey("datasets.pk"))
    image_pk: Mapped[int] = mapped_column(ForeignKey("images.pk"))
    region_pk: Mapped[int | None] = mapped_column(ForeignKey("regions.pk"))
    synset_pk: Mapped[int] = mapped_column(ForeignKey("synsets.pk"))
    substitute: Mapped[int]
    weight: Mapped[float]
