"""Row numbers are called `pk`, so that an id is the source's own everywhere; public views.

The text of each view is a file of `migrations/views/0003`.

Revision ID: 0003
Revises: 0002
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import context, op

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
# In this order: `exemplars` selects from the one before it.
VIEWS = (
    "vocabulary_exemplars",
    "exemplars",
    "image_files",
    "boxes",
    "box_synsets",
    "box_details",
    "image_labels",
    "image_twins",
    "vocabulary_categories",
    "category_ancestors",
    "category_coverage",
    "ingest_problems",
    "sample_exemplars",
)
BANDS = {f"band_{number}": f"(perceptual >> {16 * number}) & 65535" for number in range(4)}
# The search of the text is faster than to parse the fields of every box.
CROWDS = """
UPDATE regions SET is_crowd = 1
WHERE
    source_pk IN (SELECT pk FROM sources WHERE format IN ('coco', 'lvis'))
    AND (
        SELECT
            CASE
                WHEN fields LIKE '%"iscrowd"%' AND json_valid(fields)
                    THEN json_extract(fields, '$.iscrowd') = 1
                ELSE 0
            END
        FROM region_details
        WHERE region_pk = regions.pk
    )
"""


def upgrade() -> None:
    op.execute("DROP VIEW exemplars")
    op.execute("DROP VIEW vocabulary_exemplars")
    for table, *columns in ROW_NUMBERS:
        for column in columns:
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO {_renamed(column)}")
    _add_file_names()
    _move_image_tables()
    op.create_index("ix_regions_image_id", "regions", ["image_pk"])
    op.create_index("ix_sources_dataset_id", "sources", ["dataset_pk"])
    _one_recipe()
    _add_crowds()
    for view in VIEWS:
        op.execute(_text_of(view))


def downgrade() -> None:
    for view in reversed(VIEWS):
        op.execute(f"DROP VIEW {view}")
    _two_recipes()
    op.drop_column("regions", "is_crowd")
    op.drop_index("ix_regions_image_id", "regions")
    op.drop_index("ix_sources_dataset_id", "sources")
    _move_image_tables_back()
    _drop_file_names()
    for table, *columns in reversed(ROW_NUMBERS):
        for column in columns:
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {_renamed(column)} TO {column}")
    before = context.script.get_revision(down_revision).module
    op.execute(f"CREATE VIEW exemplars AS {before.ENTRIES} {before.OF_LVIS}")
    op.execute(f"CREATE VIEW vocabulary_exemplars AS {before.ENTRIES_OF_ALL}")


def _renamed(column: str) -> str:
    """Return the name of a column of row numbers from this revision on."""
    return "pk" if column == "id" else f"{column.removesuffix('_id')}_pk"


def _text_of(view: str) -> str:
    """Return the statement that makes a view, without the comment before it."""
    file = Path(__file__).parents[1] / "views" / revision / f"{view}.sql"
    text = file.read_text(encoding="utf-8")
    return text[text.index("CREATE VIEW") :]


def _add_file_names() -> None:
    """Give each image its path below its dataset's root, and make an index of that.

    The path was to be put together of the folder and the name before, which no index can serve. A
    table that is copied takes less room than one whose rows grow in their place. Several records of
    an annotation file may name one file; the files of an image tree have no id, and none twice.
    """
    op.create_table(
        "new_images",
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
        INSERT INTO new_images
        SELECT
            pk, source_pk, folder_pk, name,
            (SELECT iif(path = '', '', path || '/') FROM folders WHERE pk = folder_pk) || name,
            key, position, synset_pk, coco_id, width, height
        FROM images ORDER BY pk
        """
    )
    op.drop_table("images")
    op.rename_table("new_images", "images")
    for name, columns, where in (
        ("uq_images_source_id_key", ["source_pk", "key"], "key IS NOT NULL"),
        ("ix_images_synset_id", ["synset_pk"], "synset_pk IS NOT NULL"),
        ("ix_images_coco_id", ["coco_id"], "coco_id IS NOT NULL"),
    ):
        op.create_index(
            name,
            "images",
            columns,
            unique=name.startswith("uq"),
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_index(
        "uq_images_source_id_file_name_key",
        "images",
        ["source_pk", "file_name", sa.text("coalesce(key, -1)")],
        unique=True,
    )


def _drop_file_names() -> None:
    op.drop_index("uq_images_source_id_file_name_key", "images")
    op.drop_column("images", "file_name")
    op.create_index(
        "uq_images_folder_id_name",
        "images",
        ["folder_pk", "name"],
        unique=True,
        sqlite_where=sa.text("key IS NULL"),
        postgresql_where=sa.text("key IS NULL"),
    )


def _move_image_tables() -> None:
    """Give the tables of hashes and of unreadable images their new names, keys included.

    Two perceptual hashes that differ in at most 3 of 64 bits agree in one at least of four bands of
    16 bits. Each band has an index, by which images that look alike are found.
    """
    _make_hashes("image_hashes", "image_pk", "images.pk", BANDS)
    op.execute(
        "INSERT INTO image_hashes (image_pk, sha256, perceptual)"
        " SELECT image_id, sha256, perceptual FROM picture_hashes ORDER BY image_id"
    )
    op.drop_table("picture_hashes")
    op.create_index("ix_image_hashes_sha256", "image_hashes", ["sha256"])
    for band in BANDS:
        op.create_index(f"ix_image_hashes_{band}", "image_hashes", [band])
    _make_unreadable("unreadable_images", "image_pk", "images.pk")
    op.execute("INSERT INTO unreadable_images SELECT * FROM unreadable_pictures")
    op.drop_table("unreadable_pictures")


def _move_image_tables_back() -> None:
    _make_hashes("picture_hashes", "image_id", "images.id", {})
    op.execute(
        "INSERT INTO picture_hashes"
        " SELECT image_pk, sha256, perceptual FROM image_hashes ORDER BY image_pk"
    )
    op.drop_table("image_hashes")
    op.create_index("ix_picture_hashes_sha256", "picture_hashes", ["sha256"])
    _make_unreadable("unreadable_pictures", "image_id", "images.id")
    op.execute("INSERT INTO unreadable_pictures SELECT * FROM unreadable_images")
    op.drop_table("unreadable_images")


def _one_recipe() -> None:
    """Put the thresholds and the steps of a collation into one JSON object."""
    op.execute(
        """
        CREATE TEMPORARY TABLE old_collations AS
        SELECT
            pk,
            vocabulary_pk,
            json_object(
                'min_area', min_area,
                'enough', enough,
                'few', few,
                'exclude_val',
                json(iif(json_extract(rules, '$.exclude_val'), 'true', 'false')),
                'steps', json(coalesce(json_extract(rules, '$.steps'), 'null'))
            ) AS recipe,
            generations
        FROM collations
        """
    )
    _recreate_collations(sa.Column("recipe", sa.Text(), nullable=False), after=())


def _two_recipes() -> None:
    """Undo `_one_recipe`: steps and the exclusion of val are `rules`, null for neither of them."""
    op.execute(
        """
        CREATE TEMPORARY TABLE old_collations AS
        SELECT
            pk,
            vocabulary_pk,
            json_extract(recipe, '$.min_area'),
            json_extract(recipe, '$.enough'),
            json_extract(recipe, '$.few'),
            generations,
            CASE
                WHEN json_extract(recipe, '$.steps') IS NULL
                AND NOT json_extract(recipe, '$.exclude_val') THEN NULL
                ELSE json_patch(
                    '{}',
                    json_object(
                        'steps', json(coalesce(json_extract(recipe, '$.steps'), 'null')),
                        'few', nullif(json_extract(recipe, '$.few'), 10),
                        'exclude_val', json(
                            iif(json_extract(recipe, '$.exclude_val'), 'true', 'null')
                        )
                    )
                )
            END
        FROM collations
        """
    )
    _recreate_collations(
        sa.Column("min_area", sa.REAL(), nullable=False),
        sa.Column("enough", sa.Integer(), nullable=False),
        sa.Column("few", sa.Integer(), nullable=False),
        after=(sa.Column("rules", sa.Text(), nullable=True),),
    )


def _recreate_collations(*columns: sa.Column[Any], after: tuple[sa.Column[Any], ...]) -> None:
    """Fill a new table of collations from `old_collations`; row numbers stay."""
    op.drop_table("collations")
    op.create_table(
        "collations",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("vocabulary_pk", sa.Integer(), nullable=False),
        *columns,
        sa.Column("generations", sa.Text(), nullable=False),
        *after,
        sa.ForeignKeyConstraint(
            ["vocabulary_pk"], ["vocabularies.pk"], name="fk_collations_vocabulary_id"
        ),
        sa.PrimaryKeyConstraint("pk", name="pk_collations"),
        sa.UniqueConstraint("vocabulary_pk", name="uq_collations_vocabulary_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.execute("INSERT INTO collations SELECT * FROM old_collations")
    op.execute("DROP TABLE old_collations")


def _add_crowds() -> None:
    """Give each box a column that says whether it is drawn around many objects."""
    within = sa.CheckConstraint("is_crowd IN (0, 1)", name=op.f("ck_regions_is_crowd"))
    crowd = sa.Column("is_crowd", sa.Integer(), within, nullable=False, server_default="0")
    op.add_column("regions", crowd)
    op.execute(CROWDS)


def _make_hashes(name: str, image: str, images: str, bands: dict[str, str]) -> None:
    computed = (
        sa.Column(band, sa.Integer(), sa.Computed(text, persisted=True), nullable=True)
        for band, text in bands.items()
    )
    op.create_table(
        name,
        sa.Column(image, sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("perceptual", sa.Integer(), nullable=True),
        *computed,
        sa.ForeignKeyConstraint([image], [images], name=f"fk_{name}_image_id"),
        sa.PrimaryKeyConstraint(image, name=f"pk_{name}"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )


def _make_unreadable(name: str, image: str, images: str) -> None:
    op.create_table(
        name,
        sa.Column(image, sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint([image], [images], name=f"fk_{name}_image_id"),
        sa.PrimaryKeyConstraint(image, name=f"pk_{name}"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
