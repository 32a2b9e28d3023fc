"""An image has its path alone; folders and archives are known by their ctime, too.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INDEXES = (
    ("uq_images_source_id_key", 'source_pk, "key"', " WHERE key IS NOT NULL"),
    ("ix_images_synset_id", "synset_pk", " WHERE synset_pk IS NOT NULL"),
    ("ix_images_coco_id", "coco_id", " WHERE coco_id IS NOT NULL"),
    ("uq_images_source_id_file_name_key", "source_pk, file_name, coalesce(key, -1)", ""),
)


def upgrade() -> None:
    op.drop_column("images", "name")
    for table in ("folders", "archives"):
        op.add_column(table, sa.Column("ctime_ns", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table in ("archives", "folders"):
        op.drop_column(table, "ctime_ns")
    op.execute("CREATE TEMPORARY TABLE old_images AS SELECT * FROM images")
    op.drop_table("images")
    op.create_table(
        "images",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("source_pk", sa.Integer(), nullable=False),
        sa.Column("folder_pk", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("synset_pk", sa.Integer(), nullable=True),
        sa.Column("coco_id", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["folder_pk"], ["folders.pk"], name="fk_images_folder_id"),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name="fk_images_source_id"),
        sa.ForeignKeyConstraint(["synset_pk"], ["synsets.pk"], name="fk_images_synset_id"),
        sa.PrimaryKeyConstraint("pk", name="pk_images"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.execute(
        """
        INSERT INTO images
        SELECT
            old_images.pk, old_images.source_pk, folder_pk,
            substr(file_name, length(path) + iif(path = '', 1, 2)), file_name,
            key, position, synset_pk, coco_id, width, height
        FROM old_images JOIN folders ON folders.pk = folder_pk ORDER BY old_images.pk
        """
    )
    op.execute("DROP TABLE old_images")
    for name, columns, where in INDEXES:
        unique = "UNIQUE " if name.startswith("uq") else ""
        op.execute(f"CREATE {unique}INDEX {name} ON images ({columns}){where}")
