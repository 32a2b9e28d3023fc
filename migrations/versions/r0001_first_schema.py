"""The first schema: datasets, WordNet, what sources say, pools, samples, the view `exemplars`.

Revision ID: 0001
Revises:
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import UserDefinedType

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


class AnyNumber(UserDefinedType[Any]):
    """SQLite's ANY, which keeps integers and floats apart."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the column type of a STRICT table."""
        return "ANY"


PIXELS = AnyNumber().with_variant(sa.Numeric(), "postgresql")
DOUBLE: sa.types.TypeEngine[float] = sa.Double[float]().with_variant(sa.REAL(), "sqlite")

# Columns are looked up one by one, since SQLite joins every table of a view for an aggregate; the
# CROSS JOIN makes it begin with the few categories and not with the many entries.
EXEMPLARS = """
CREATE VIEW exemplars AS
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


def upgrade() -> None:
    op.create_table(
        "datasets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
        sa.UniqueConstraint("name", name="uq_datasets_name"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "ingest_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=False),
        sa.Column("seconds", DOUBLE, nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("vanished", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ingest_runs"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "samples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("on_shortage", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("generations", sa.Text(), nullable=False),
        sa.CheckConstraint("k >= 1", name=op.f("ck_samples_k")),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.UniqueConstraint("name", name="uq_samples_name"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "synsets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wnid", sa.Text(), nullable=True),
        sa.Column("lemmas", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_synsets"),
        sa.UniqueConstraint("name", name="uq_synsets_name"),
        sa.UniqueConstraint("wnid", name="uq_synsets_wnid"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "hypernyms",
        sa.Column("synset_id", sa.Integer(), nullable=False),
        sa.Column("hypernym_id", sa.Integer(), nullable=False),
        sa.Column("instance", sa.Integer(), nullable=False),
        sa.CheckConstraint("instance IN (0, 1)", name=op.f("ck_hypernyms_instance")),
        sa.ForeignKeyConstraint(["hypernym_id"], ["synsets.id"], name="fk_hypernyms_hypernym_id"),
        sa.ForeignKeyConstraint(["synset_id"], ["synsets.id"], name="fk_hypernyms_synset_id"),
        sa.PrimaryKeyConstraint("synset_id", "hypernym_id", name="pk_hypernyms"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_hypernyms_hypernym_id", "hypernyms", ["hypernym_id"], unique=False)
    op.create_table(
        "ingest_errors",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["ingest_runs.id"], name="fk_ingest_errors_run_id"),
        sa.PrimaryKeyConstraint("run_id", "position", name="pk_ingest_errors"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sample_categories",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("category_key", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("synset", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["samples.id"], name="fk_sample_categories_sample_id"
        ),
        sa.PrimaryKeyConstraint("sample_id", "category_key", name="pk_sample_categories"),
        sa.UniqueConstraint(
            "sample_id", "position", name="uq_sample_categories_sample_id_position"
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sample_picks",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("category_key", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("synset", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=True),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("x", PIXELS, nullable=True),
        sa.Column("y", PIXELS, nullable=True),
        sa.Column("w", PIXELS, nullable=True),
        sa.Column("h", PIXELS, nullable=True),
        sa.Column("weight", DOUBLE, nullable=False),
        sa.Column("image_key", sa.Integer(), nullable=True),
        sa.Column("region_key", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name="fk_sample_picks_sample_id"),
        sa.PrimaryKeyConstraint("sample_id", "category_key", "position", name="pk_sample_picks"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("header", sa.Text(), nullable=True),
        sa.CheckConstraint("generation >= 1", name=op.f("ck_sources_generation")),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name="fk_sources_dataset_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("name", name="uq_sources_name"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "folders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("split", sa.Text(), nullable=True),
        sa.Column("mtime_ns", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_folders_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_folders"),
        sa.UniqueConstraint("source_id", "path", name="uq_folders_source_id_path"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "source_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_source_files_size")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_source_files_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_source_files"),
        sa.UniqueConstraint("source_id", "path", name="uq_source_files_source_id_path"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "vocabularies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_vocabularies_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_vocabularies"),
        sa.UniqueConstraint("name", name="uq_vocabularies_name"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vocabulary_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("synset_id", sa.Integer(), nullable=True),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["synset_id"], ["synsets.id"], name="fk_categories_synset_id"),
        sa.ForeignKeyConstraint(
            ["vocabulary_id"], ["vocabularies.id"], name="fk_categories_vocabulary_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("vocabulary_id", "key", name="uq_categories_vocabulary_id_key"),
        sa.UniqueConstraint(
            "vocabulary_id", "position", name="uq_categories_vocabulary_id_position"
        ),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_categories_synset_id", "categories", ["synset_id"], unique=False)
    op.create_table(
        "collations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vocabulary_id", sa.Integer(), nullable=False),
        sa.Column("min_area", DOUBLE, nullable=False),
        sa.Column("enough", sa.Integer(), nullable=False),
        sa.Column("few", sa.Integer(), nullable=False),
        sa.Column("generations", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vocabulary_id"], ["vocabularies.id"], name="fk_collations_vocabulary_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_collations"),
        sa.UniqueConstraint("vocabulary_id", name="uq_collations_vocabulary_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "images",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("synset_id", sa.Integer(), nullable=True),
        sa.Column("coco_id", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["folder_id"], ["folders.id"], name="fk_images_folder_id"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_images_source_id"),
        sa.ForeignKeyConstraint(["synset_id"], ["synsets.id"], name="fk_images_synset_id"),
        sa.PrimaryKeyConstraint("id", name="pk_images"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_images_coco_id",
        "images",
        ["coco_id"],
        unique=False,
        sqlite_where=sa.text("coco_id IS NOT NULL"),
        postgresql_where=sa.text("coco_id IS NOT NULL"),
    )
    op.create_index(
        "ix_images_synset_id",
        "images",
        ["synset_id"],
        unique=False,
        sqlite_where=sa.text("synset_id IS NOT NULL"),
        postgresql_where=sa.text("synset_id IS NOT NULL"),
    )
    op.create_index(
        "uq_images_folder_id_name",
        "images",
        ["folder_id", "name"],
        unique=True,
        sqlite_where=sa.text("key IS NULL"),
        postgresql_where=sa.text("key IS NULL"),
    )
    op.create_index(
        "uq_images_source_id_key",
        "images",
        ["source_id", "key"],
        unique=True,
        sqlite_where=sa.text("key IS NOT NULL"),
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_table(
        "image_categories",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('negative', 'not_exhaustive')", name=op.f("ck_image_categories_kind")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_image_categories_category_id"
        ),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_image_categories_image_id"),
        sa.PrimaryKeyConstraint("image_id", "kind", "category_id", name="pk_image_categories"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "image_records",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_image_records_image_id"),
        sa.PrimaryKeyConstraint("image_id", name="pk_image_records"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "regions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("synset_id", sa.Integer(), nullable=True),
        sa.Column("x", PIXELS, nullable=False),
        sa.Column("y", PIXELS, nullable=False),
        sa.Column("w", PIXELS, nullable=False),
        sa.Column("h", PIXELS, nullable=False),
        sa.Column("area", PIXELS, nullable=True),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name="fk_regions_category_id"),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_regions_image_id"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_regions_source_id"),
        sa.ForeignKeyConstraint(["synset_id"], ["synsets.id"], name="fk_regions_synset_id"),
        sa.PrimaryKeyConstraint("id", name="pk_regions"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_regions_category_id",
        "regions",
        ["category_id"],
        unique=False,
        sqlite_where=sa.text("category_id IS NOT NULL"),
        postgresql_where=sa.text("category_id IS NOT NULL"),
    )
    op.create_index(
        "ix_regions_synset_id",
        "regions",
        ["synset_id"],
        unique=False,
        sqlite_where=sa.text("synset_id IS NOT NULL"),
        postgresql_where=sa.text("synset_id IS NOT NULL"),
    )
    op.create_index("uq_regions_source_id_key", "regions", ["source_id", "key"], unique=True)
    op.create_table(
        "substitutes",
        sa.Column("collation_id", sa.Integer(), nullable=False),
        sa.Column("synset_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collation_id"], ["collations.id"], name="fk_substitutes_collation_id"
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["synsets.id"], name="fk_substitutes_substitute_id"
        ),
        sa.ForeignKeyConstraint(["synset_id"], ["synsets.id"], name="fk_substitutes_synset_id"),
        sa.PrimaryKeyConstraint("collation_id", "synset_id", "position", name="pk_substitutes"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unreadable_pictures",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="fk_unreadable_pictures_image_id"
        ),
        sa.PrimaryKeyConstraint("image_id", name="pk_unreadable_pictures"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "pool_entries",
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("synset_id", sa.Integer(), nullable=False),
        sa.Column("substitute", sa.Integer(), nullable=False),
        sa.Column("weight", DOUBLE, nullable=False),
        sa.CheckConstraint("substitute IN (0, 1)", name=op.f("ck_pool_entries_substitute")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name="fk_pool_entries_category_id"
        ),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name="fk_pool_entries_dataset_id"),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name="fk_pool_entries_image_id"),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name="fk_pool_entries_region_id"),
        sa.ForeignKeyConstraint(["synset_id"], ["synsets.id"], name="fk_pool_entries_synset_id"),
        sa.PrimaryKeyConstraint("category_id", "position", name="pk_pool_entries"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "region_details",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("segmentation", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name="fk_region_details_region_id"),
        sa.PrimaryKeyConstraint("region_id", name="pk_region_details"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "region_synsets",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("synset_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name="fk_region_synsets_region_id"),
        sa.ForeignKeyConstraint(["synset_id"], ["synsets.id"], name="fk_region_synsets_synset_id"),
        sa.PrimaryKeyConstraint("region_id", "position", name="pk_region_synsets"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_region_synsets_synset_id", "region_synsets", ["synset_id"], unique=False)
    op.execute(EXEMPLARS)


def downgrade() -> None:
    op.execute("DROP VIEW exemplars")
    for table in (
        "region_synsets",
        "region_details",
        "pool_entries",
        "unreadable_pictures",
        "substitutes",
        "regions",
        "image_records",
        "image_categories",
        "images",
        "collations",
        "categories",
        "vocabularies",
        "source_files",
        "folders",
        "sources",
        "sample_picks",
        "sample_categories",
        "ingest_errors",
        "hypernyms",
        "synsets",
        "samples",
        "ingest_runs",
        "datasets",
    ):
        op.drop_table(table)
