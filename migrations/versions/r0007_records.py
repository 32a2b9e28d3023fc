"""The record of each annotation as its file has it; what objects say beside it, each text once.

An index of 0006 is upgraded from what it holds, and its files are not read: they may be gone.

Revision ID: 0007
Revises: 0006
"""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MEMBERS = ("id", "area", "segmentation", "image_id", "bbox", "category_id")
ABSENT = "ovmr_index.absent"  # among the fields: the members that the file's record has not
ODD = {*MEMBERS, ABSENT, "dataset", "file_name", "synset"}

IN_0006 = """
SELECT
    regions.pk, regions."key", area, segmentation, images."key", x, y, w, h, categories."key",
    fields
FROM regions
JOIN sources ON sources.pk = regions.source_pk
JOIN images ON images.pk = regions.image_pk
LEFT JOIN categories ON categories.pk = regions.category_pk
LEFT JOIN region_details ON region_details.region_pk = regions.pk
WHERE sources.format <> 'visual-genome'
ORDER BY regions.pk
"""
RECORDS = "INSERT INTO region_records (region_pk, record, is_odd) VALUES (?, ?, ?)"
IN_0007 = "SELECT region_pk, record, is_odd FROM region_records ORDER BY region_pk"
DETAILS = "INSERT INTO region_details (region_pk, segmentation, fields) VALUES (?, ?, ?)"
# Which members a record lacks its own text says.
FIELDS = """
INSERT INTO region_fields (source_pk, fields)
SELECT regions.source_pk, nullif(json_remove(fields, '$."ovmr_index.absent"'), '{}') AS found
FROM region_details JOIN regions ON regions.pk = region_details.region_pk
WHERE json_valid(fields) AND found IS NOT NULL
GROUP BY regions.source_pk, found
ORDER BY min(regions.pk)
"""
FIELDS_PKS = """
UPDATE regions SET fields_pk = (
    SELECT region_fields.pk
    FROM region_details
    JOIN region_fields ON region_fields.source_pk = regions.source_pk
        AND region_fields.fields = json_remove(region_details.fields, '$."ovmr_index.absent"')
    WHERE region_details.region_pk = regions.pk
)
WHERE pk IN (SELECT region_pk FROM region_details WHERE json_valid(fields))
"""
FIELDS_OF_0006 = """
INSERT INTO region_details (region_pk, fields)
SELECT regions.pk, fields FROM regions JOIN region_fields ON region_fields.pk = fields_pk
WHERE regions.pk NOT IN (SELECT region_pk FROM region_records)
ORDER BY regions.pk
"""


def upgrade() -> None:
    op.create_table(
        "region_records",
        sa.Column("region_pk", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column(
            "is_odd",
            sa.Integer(),
            sa.CheckConstraint("is_odd IN (0, 1)", name=op.f("ck_region_records_is_odd")),
            nullable=False,
            server_default="0",
        ),
        sa.ForeignKeyConstraint(["region_pk"], ["regions.pk"], name="fk_region_records_region_id"),
        sa.PrimaryKeyConstraint("region_pk", name="pk_region_records"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "region_fields",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("source_pk", sa.Integer(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name="fk_region_fields_source_id"),
        sa.PrimaryKeyConstraint("pk", name="pk_region_fields"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.add_column("regions", sa.Column("fields_pk", sa.Integer(), nullable=True))
    _copy(IN_0006, RECORDS, _record)
    op.execute(FIELDS)
    op.create_index("tmp_region_fields", "region_fields", ["source_pk", "fields"])
    op.execute(FIELDS_PKS)
    op.drop_index("tmp_region_fields", "region_fields")
    op.execute("DROP VIEW box_details")
    op.drop_table("region_details")
    _create_view(revision)


def downgrade() -> None:
    op.create_table(
        "region_details",
        sa.Column("region_pk", sa.Integer(), nullable=False),
        sa.Column("segmentation", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["region_pk"], ["regions.pk"], name="fk_region_details_region_id"),
        sa.PrimaryKeyConstraint("region_pk", name="pk_region_details"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    _copy(IN_0007, DETAILS, _details)
    op.execute(FIELDS_OF_0006)
    op.execute("DROP VIEW box_details")
    op.drop_table("region_records")
    op.drop_column("regions", "fields_pk")
    op.drop_table("region_fields")
    _create_view("0003")


def _copy(query: str, insert: str, change: Callable[..., tuple[Any, ...]]) -> None:
    """Insert each row of a query as `change` makes it."""
    driver = op.get_bind().connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.executemany(insert, map(change, driver.execute(query)))


def _record(row: tuple[Any, ...]) -> tuple[int, str, bool]:
    """Return the record of an annotation as the exports of 0006 gave it back.

    What is damaged stays so: it is named when it is asked for.
    """
    pk, key, area, mask, image_key, x, y, w, h, category_key, fields = row
    texts = {
        "id": str(key),
        "area": None if area is None else str(area),
        "segmentation": mask,
        "image_id": str(image_key),
        "bbox": f"[{x},{y},{w},{h}]",
        "category_id": None if category_key is None else str(category_key),
    }
    try:
        own = json.loads(fields or "{}")
    except ValueError:
        return pk, str(fields), False
    texts |= {name: _text(value) for name, value in own.items()}
    absent = {ABSENT, *own.get(ABSENT, ())}
    members = (
        f"{_text(name)}:{text}"
        for name, text in texts.items()
        if text is not None and name not in absent
    )
    return pk, f"{{{','.join(members)}}}", not ODD.isdisjoint(own)


def _details(row: tuple[Any, ...]) -> tuple[int, str | None, str | None]:
    """Return the mask of a record and what 0006 has no column for: of an odd one all else."""
    pk, record, is_odd = row
    try:
        members = json.loads(record)
    except ValueError:
        return pk, record, None
    found = members.get("segmentation")
    known = {"segmentation"} if is_odd else set(MEMBERS)
    mask = found if isinstance(found, list | dict) else None
    if mask is None and found is not None:
        known.discard("segmentation")
    fields = {name: value for name, value in members.items() if name not in known}
    if "bbox" not in members:
        fields[ABSENT] = ["bbox"]
    return pk, None if mask is None else _text(mask), _text(fields) if fields else None


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _create_view(of_revision: str) -> None:
    """Make the view of boxes' details as the file of a revision has it."""
    file = Path(__file__).parents[1] / "views" / of_revision / "box_details.sql"
    text = file.read_text(encoding="utf-8")
    op.execute(text[text.index("CREATE VIEW") :])
