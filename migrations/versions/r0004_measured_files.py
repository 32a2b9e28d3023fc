"""What a measurement was read from, what outlives an absence, and more kinds of archives.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATES = ("ctime_ns", "inode")  # a file may change while its size and time stay
BEFORE = "compression IN ('gzip')"
COMPRESSIONS = "compression IN ('gzip', 'bzip2', 'xz', 'zstd', 'zip')"


def upgrade() -> None:
    for column in STATES:
        op.add_column("source_files", sa.Column(column, sa.Integer(), nullable=True))
    op.create_table(
        "measured_files",
        sa.Column("image_pk", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["image_pk"], ["images.pk"], name="fk_measured_files_image_id"),
        sa.PrimaryKeyConstraint("image_pk", name="pk_measured_files"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "kept_measurements",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("perceptual", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("source", "file_name", name="pk_kept_measurements"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    _recreate_folder_archives(COMPRESSIONS)


def downgrade() -> None:
    _recreate_folder_archives(BEFORE)
    op.drop_table("kept_measurements")
    op.drop_table("measured_files")
    for column in reversed(STATES):
        op.drop_column("source_files", column)


def _recreate_folder_archives(compressions: str) -> None:
    """Make the table again with another check; views that select from it stay, as its name does.

    On the way down an archive of a kind that the older revision lacks breaks the check, and so
    nothing is changed.
    """
    op.execute("CREATE TEMPORARY TABLE old_folder_archives AS SELECT * FROM folder_archives")
    op.drop_table("folder_archives")
    op.create_table(
        "folder_archives",
        sa.Column("folder_pk", sa.Integer(), nullable=False),
        sa.Column("archive_pk", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("compression", sa.Text(), nullable=True),
        sa.CheckConstraint(compressions, name=op.f("ck_folder_archives_compression")),
        sa.ForeignKeyConstraint(
            ["archive_pk"], ["archives.pk"], name="fk_folder_archives_archive_id"
        ),
        sa.ForeignKeyConstraint(["folder_pk"], ["folders.pk"], name="fk_folder_archives_folder_id"),
        sa.PrimaryKeyConstraint("folder_pk", name="pk_folder_archives"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_folder_archives_archive_id", "folder_archives", ["archive_pk"])
    op.execute("INSERT INTO folder_archives SELECT * FROM old_folder_archives")
    op.execute("DROP TABLE old_folder_archives")
