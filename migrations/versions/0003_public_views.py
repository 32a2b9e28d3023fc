"""Row numbers are called `pk`, so that an id is the source's own everywhere; public views.

Revision ID: 0003
Revises: 0002
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# SQLite renames a column in its place: no row is written; keys and indexes follow.
ROW_NUMBERS = (
    ("synsets", "id"),
    ("hypernyms", "synset_id", "hypernym_id"),
    ("datasets", "id"),
    ("sources", "id", "dataset_id"),
    ("source_files", "id", "source_id"),
    ("source_blocks", "source_id"),
    ("ingest_runs", "id"),
    ("ingest_errors", "run_id"),
    ("vocabularies", "id", "source_id"),
    ("categories", "id", "vocabulary_id", "synset_id"),
    ("partitions", "id", "vocabulary_id"),
    ("partition_categories", "partition_id"),
    ("folders", "id", "source_id"),
    ("archives", "id", "source_id"),
    ("folder_archives", "folder_id", "archive_id"),
    ("images", "id", "source_id", "folder_id", "synset_id"),
    ("image_records", "image_id"),
    ("image_categories", "image_id", "category_id"),
    ("tar_members", "image_id"),
    ("regions", "id", "source_id", "image_id", "category_id", "synset_id"),
    ("region_synsets", "region_id", "synset_id"),
    ("region_details", "region_id"),
    ("collations", "id", "vocabulary_id"),
    ("substitutes", "collation_id", "synset_id", "substitute_id"),
    ("pool_entries", "category_id", "dataset_id", "image_id", "region_id", "synset_id"),
    ("samples", "id"),
    ("sample_categories", "sample_id"),
    ("sample_picks", "sample_id"),
)
# Columns are looked up one by one, since SQLite joins every table of a view for an aggregate; the
# CROSS JOIN makes it begin with the few categories and not with the many entries.
ENTRIES = """
SELECT
    categories.key AS category_id,
    categories.name AS category,
    (SELECT name FROM synsets WHERE pk = categories.synset_pk) AS category_synset,
    categories.frequency AS frequency,
    (SELECT name FROM synsets WHERE pk = pool_entries.synset_pk) AS synset,
    (SELECT name FROM datasets WHERE pk = pool_entries.dataset_pk) AS dataset,
    (
        SELECT folders.split FROM images JOIN folders ON folders.pk = images.folder_pk
        WHERE images.pk = pool_entries.image_pk
    ) AS split,
    (
        SELECT
            CASE folders.path WHEN '' THEN '' ELSE folders.path || '/' END || images.name
        FROM images JOIN folders ON folders.pk = images.folder_pk
        WHERE images.pk = pool_entries.image_pk
    ) AS file_name,
    pool_entries.position AS position,
    (SELECT x FROM regions WHERE pk = pool_entries.region_pk) AS x,
    (SELECT y FROM regions WHERE pk = pool_entries.region_pk) AS y,
    (SELECT w FROM regions WHERE pk = pool_entries.region_pk) AS w,
    (SELECT h FROM regions WHERE pk = pool_entries.region_pk) AS h,
    pool_entries.weight AS weight,
    (SELECT key FROM images WHERE pk = pool_entries.image_pk) AS image_id,
    (SELECT key FROM regions WHERE pk = pool_entries.region_pk) AS region_id
FROM categories
CROSS JOIN pool_entries
WHERE pool_entries.category_pk = categories.pk
"""
OF_LVIS = """
AND categories.vocabulary_pk = (SELECT pk FROM vocabularies WHERE name = 'lvis_v1_train')
"""
WITH_VOCABULARY = """
SELECT
    (SELECT name FROM vocabularies WHERE pk = categories.vocabulary_pk) AS vocabulary,
"""
ENTRIES_OF_ALL = ENTRIES.replace("\nSELECT\n", WITH_VOCABULARY, 1)


def upgrade() -> None:
    op.execute("DROP VIEW exemplars")
    op.execute("DROP VIEW vocabulary_exemplars")
    for table, *columns in ROW_NUMBERS:
        for column in columns:
            renamed = "pk" if column == "id" else f"{column.removesuffix('_id')}_pk"
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO {renamed}")
    _move_image_tables()
    _add_crowds()
    op.execute(f"CREATE VIEW exemplars AS {ENTRIES} {OF_LVIS}")
    op.execute(f"CREATE VIEW vocabulary_exemplars AS {ENTRIES_OF_ALL}")


def _move_image_tables() -> None:
    """Give the tables of hashes and of unreadable images their new names, keys included."""
    op.create_table(
        "image_hashes",
        sa.Column("image_pk", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("perceptual", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["image_pk"], ["images.pk"], name="fk_image_hashes_image_id"),
        sa.PrimaryKeyConstraint("image_pk", name="pk_image_hashes"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.execute("INSERT INTO image_hashes SELECT image_id, sha256, perceptual FROM picture_hashes")
    op.create_index("ix_image_hashes_sha256", "image_hashes", ["sha256"])
    op.drop_table("picture_hashes")
    op.create_table(
        "unreadable_images",
        sa.Column("image_pk", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["image_pk"], ["images.pk"], name="fk_unreadable_images_image_id"),
        sa.PrimaryKeyConstraint("image_pk", name="pk_unreadable_images"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.execute("INSERT INTO unreadable_images SELECT image_id, reason FROM unreadable_pictures")
    op.drop_table("unreadable_pictures")


def _add_crowds() -> None:
    """Give each box a column that says whether it is drawn around many objects."""
    within = sa.CheckConstraint("is_crowd IN (0, 1)", name=op.f("ck_regions_is_crowd"))
    crowd = sa.Column("is_crowd", sa.Integer(), within, nullable=False, server_default="0")
    op.add_column("regions", crowd)


def downgrade() -> None:
    op.execute("DROP VIEW exemplars")
    op.execute("DROP VIEW vocabulary_exemplars")
    op.drop_column("regions", "is_crowd")
    for new, old in (
        ("image_hashes", "picture_hashes"),
        ("unreadable_images", "unreadable_pictures"),
    ):
        op.execute(f"ALTER TABLE {new} RENAME TO {old}")
    for table, *columns in reversed(ROW_NUMBERS):
        for column in columns:
            renamed = "pk" if column == "id" else f"{column.removesuffix('_id')}_pk"
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {renamed} TO {column}")
    op.execute(f"CREATE VIEW exemplars AS {_with_old_names(ENTRIES)} {_with_old_names(OF_LVIS)}")
    op.execute(f"CREATE VIEW vocabulary_exemplars AS {_with_old_names(ENTRIES_OF_ALL)}")


def _with_old_names(view: str) -> str:
    """Return the text of a view as the revision before has it."""
    return re.sub(r"\bpk\b", "id", re.sub(r"_pk\b", "_id", view))
