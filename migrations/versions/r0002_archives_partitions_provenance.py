"""Pictures in tars, hashes of pictures, partitions, and where sources, pools and samples come from.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = (
    ("sources", "options"),
    ("collations", "rules"),
    ("samples", "weight"),
    ("samples", "vocabulary"),
    ("samples", "version"),
    ("samples", "filters"),
    ("samples", "recipe"),
    ("samples", "fingerprints"),
)

# Columns are looked up one by one, since SQLite joins every table of a view for an aggregate; the
# CROSS JOIN makes it begin with the few categories and not with the many entries.
ENTRIES = """
SELECT
    categories.key AS category_id,
    categories.name AS category,
    (SELECT name FROM synsets WHERE id = categories.synset_id) AS category_synset,
    categories.frequency AS frequency,
    (SELECT name FROM synsets WHERE id = pool_entries.synset_id) AS synset,
    (SELECT name FROM datasets WHERE id = pool_entries.dataset_id) AS dataset,
    (
        SELECT folders.split FROM images JOIN folders ON folders.id = images.folder_id
        WHERE images.id = pool_entries.image_id
    ) AS split,
    (
        SELECT
            CASE folders.path WHEN '' THEN '' ELSE folders.path || '/' END || images.name
        FROM images JOIN folders ON folders.id = images.folder_id
        WHERE images.id = pool_entries.image_id
    ) AS file_name,
    pool_entries.position AS position,
    (SELECT x FROM regions WHERE id = pool_entries.region_id) AS x,
    (SELECT y FROM regions WHERE id = pool_entries.region_id) AS y,
    (SELECT w FROM regions WHERE id = pool_entries.region_id) AS w,
    (SELECT h FROM regions WHERE id = pool_entries.region_id) AS h,
    pool_entries.weight AS weight,
    (SELECT key FROM images WHERE id = pool_entries.image_id) AS image_id,
    (SELECT key FROM regions WHERE id = pool_entries.region_id) AS region_id
FROM categories
CROSS JOIN pool_entries
WHERE pool_entries.category_id = categories.id
"""
OF_LVIS = """
AND categories.vocabulary_id = (SELECT id FROM vocabularies WHERE name = 'lvis_v1_train')
"""
WITH_VOCABULARY = """
SELECT
    (SELECT name FROM vocabularies WHERE id = categories.vocabulary_id) AS vocabulary,
"""
ENTRIES_OF_ALL = ENTRIES.replace("\nSELECT\n", WITH_VOCABULARY, 1)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    op.create_table(
        "source_blocks",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("regions", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_source_blocks_source_id"),
        sa.PrimaryKeyConstraint("source_id", "position", name="pk_source_blocks"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "archives",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_archives_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_archives"),
        sa.UniqueConstraint("source_id", "path", name="uq_archives_source_id_path"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "folder_archives",
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("archive_id", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("compression", sa.Text(), nullable=True),
        sa.CheckConstraint("compression IN ('gzip')", name=op.f("ck_folder_archives_compression")),
        sa.ForeignKeyConstraint(
            ["archive_id"], ["archives.id"], name="fk_folder_archives_archive_id"
        ),
        sa.ForeignKeyConstraint(["folder_id"], ["folders.id"], name="fk_folder_archives_folder_id"),
        sa.PrimaryKeyConstraint("folder_id", name="pk_folder_archives"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_folder_archives_archive_id", "folder_archives", ["archive_id"])
    op.create_table(
        "tar_members",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_tar_members_image_id"),
        sa.PrimaryKeyConstraint("image_id", name="pk_tar_members"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "picture_hashes",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("perceptual", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_picture_hashes_image_id"),
        sa.PrimaryKeyConstraint("image_id", name="pk_picture_hashes"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_picture_hashes_sha256", "picture_hashes", ["sha256"])
    op.create_table(
        "partitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vocabulary_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vocabulary_id"], ["vocabularies.id"], name="fk_partitions_vocabulary_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_partitions"),
        sa.UniqueConstraint("vocabulary_id", "name", name="uq_partitions_vocabulary_id_name"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "partition_categories",
        sa.Column("partition_id", sa.Integer(), nullable=False),
        sa.Column("category_key", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.CheckConstraint("part IN ('base', 'novel')", name=op.f("ck_partition_categories_part")),
        sa.ForeignKeyConstraint(
            ["partition_id"], ["partitions.id"], name="fk_partition_categories_partition_id"
        ),
        sa.PrimaryKeyConstraint("partition_id", "category_key", name="pk_partition_categories"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("DROP VIEW exemplars")
    op.execute(f"CREATE VIEW exemplars AS {ENTRIES} {OF_LVIS}")
    op.execute(f"CREATE VIEW vocabulary_exemplars AS {ENTRIES_OF_ALL}")


def downgrade() -> None:
    op.execute("DROP VIEW vocabulary_exemplars")
    op.execute("DROP VIEW exemplars")
    op.execute(f"CREATE VIEW exemplars AS {ENTRIES}")
    for table in (
        "partition_categories",
        "partitions",
        "picture_hashes",
        "tar_members",
        "folder_archives",
        "archives",
        "source_blocks",
    ):
        op.drop_table(table)
    for table, column in COLUMNS:
        op.drop_column(table, column)
