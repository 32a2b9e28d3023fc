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
    ("samples", "vocabulary"),
    ("samples", "version"),
    ("samples", "filters"),
    ("samples", "recipe"),
    ("samples", "fingerprints"),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
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
        "novel_categories",
        sa.Column("partition_id", sa.Integer(), nullable=False),
        sa.Column("category_key", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partition_id"], ["partitions.id"], name="fk_novel_categories_partition_id"
        ),
        sa.PrimaryKeyConstraint("partition_id", "category_key", name="pk_novel_categories"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "novel_categories",
        "partitions",
        "picture_hashes",
        "tar_members",
        "folder_archives",
        "archives",
    ):
        op.drop_table(table)
    for table, column in COLUMNS:
        op.drop_column(table, column)
