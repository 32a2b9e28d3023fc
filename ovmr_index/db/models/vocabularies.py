"""Lists of categories, and their parts."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Named, UniqueConstraint

from ovmr_index.db.models.base import TEXT, WHOLE, Columns, row_numbers, strict_table


class VocabularyColumns(Columns):
    """A list of categories; that of an annotation file bears the file's source name."""

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    name: Named[str] = Column(TEXT)
    source_pk: Named[int | None] = Column(WHOLE, ForeignKey("sources.pk"))


Vocabulary = strict_table("vocabularies", VocabularyColumns, UniqueConstraint("name"))


class CategoryColumns(Columns):
    """A category of a vocabulary; joined to WordNet by its synset, never by its name."""

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    vocabulary_pk: Named[int] = Column(WHOLE, ForeignKey("vocabularies.pk"))
    key: Named[int] = Column(WHOLE)
    position: Named[int] = Column(WHOLE)
    name: Named[str] = Column(TEXT)
    synset_pk: Named[int | None] = Column(WHOLE, ForeignKey("synsets.pk"), index=True)
    frequency: Named[str | None] = Column(TEXT)
    record: Named[str] = Column(TEXT)


Category = strict_table(
    "categories",
    CategoryColumns,
    UniqueConstraint("vocabulary_pk", "key"),
    UniqueConstraint("vocabulary_pk", "position"),
)


class PartitionColumns(Columns):
    """A named division of a vocabulary into base categories and held-out, novel ones.

    A category may stand in neither part, as 15 of COCO's 80 do in OV-COCO.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    vocabulary_pk: Named[int] = Column(WHOLE, ForeignKey("vocabularies.pk"))
    name: Named[str] = Column(TEXT)


Partition = strict_table("partitions", PartitionColumns, UniqueConstraint("vocabulary_pk", "name"))


class PartitionCategoryColumns(Columns):
    """The part of a partition that a category is in.

    Key, name and synset are those of the category when the partition was made: they outlive its
    row, and say who it is where a source has numbered its categories again. The name is null for a
    category that was gone before names were kept.
    """

    partition_pk: Named[int] = Column(WHOLE, ForeignKey("partitions.pk"), primary_key=True)
    category_key: Named[int] = Column(WHOLE, primary_key=True)
    part: Named[str] = Column(TEXT)
    category_name: Named[str | None] = Column(TEXT)
    category_synset: Named[str | None] = Column(TEXT)


PartitionCategory = strict_table(
    "partition_categories",
    PartitionCategoryColumns,
    CheckConstraint("part IN ('base', 'novel')", name="part"),
    rowid=False,
)
