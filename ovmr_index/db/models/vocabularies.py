"""Lists of categories, and their parts."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ovmr_index.db.models.base import Base, strict


class Vocabulary(Base):
    """A list of categories; that of an annotation file bears the file's source name."""

    __tablename__ = "vocabularies"
    __table_args__ = strict(UniqueConstraint("name"))
    pk: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    source_pk: Mapped[int | None] = mapped_column(ForeignKey("sources.pk"))


class Category(Base):
    """A category of a vocabulary; joined to WordNet by its synset, never by its name."""

    __tablename__ = "categories"
    __table_args__ = strict(
        UniqueConstraint("vocabulary_pk", "key"), UniqueConstraint("vocabulary_pk", "position")
    )
    pk: Mapped[int] = mapped_column(primary_key=True)
    vocabulary_pk: Mapped[int] = mapped_column(ForeignKey("vocabularies.pk"))
    key: Mapped[int]
    position: Mapped[int]
    name: Mapped[str]
    synset_pk: Mapped[int | None] = mapped_column(ForeignKey("synsets.pk"), index=True)
    frequency: Mapped[str | None]
    record: Mapped[str]


class Partition(Base):
    """A named division of a vocabulary into base categories and held-out, novel ones.

    A category may stand in neither part, as 15 of COCO's 80 do in OV-COCO.
    """

    __tablename__ = "partitions"
    __table_args__ = strict(UniqueConstraint("vocabulary_pk", "name"))
    pk: Mapped[int] = mapped_column(primary_key=True)
    vocabulary_pk: Mapped[int] = mapped_column(ForeignKey("vocabularies.pk"))
    name: Mapped[str]


class PartitionCategory(Base):
    """The part of a partition that a category is in.

    Key, name and synset are those of the category when the partition was made: they outlive its
    row, and say who it is where a source has numbered its categories again. The name is null for a
    category that was gone before names were kept.
    """

    __tablename__ = "partition_categories"
    __table_args__ = strict(CheckConstraint("part IN ('base', 'novel')", name="part"), rowid=False)
    partition_pk: Mapped[int] = mapped_column(ForeignKey("partitions.pk"), primary_key=True)
    category_key: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str]
    category_name: Mapped[str | None]
    category_synset: Mapped[str | None]
