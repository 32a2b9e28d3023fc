"""Units of work; and the first revision in PostgreSQL, which makes all tables and views there.

The older revisions have no part in that: `env.py` begins there with the one before this.

Revision ID: 0009
Revises: 0008
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MIGRATIONS = Path(__file__).parents[1]
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
    "marks",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _run(MIGRATIONS / "tables" / revision / "postgresql.sql")
        for name in VIEWS:
            own = MIGRATIONS / "views" / revision / "postgresql" / f"{name}.sql"
            _run(own if own.exists() else MIGRATIONS / "views" / "0003" / own.name)
        return
    op.create_table(
        "work_units",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.REAL(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'done', 'failed')", name=op.f("ck_work_units_state")
        ),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_work_units_tries")),
        sa.PrimaryKeyConstraint("pk", name="pk_work_units"),
        sa.UniqueConstraint("job", "unit", name="uq_work_units_job_unit"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        raise NotImplementedError("an index in PostgreSQL begins with this revision")
    op.drop_table("work_units")


def _run(file: Path) -> None:
    """Run the statements of a file as they are, in which a % is no place of a parameter."""
    op.get_bind().exec_driver_sql(file.read_text(encoding="utf-8").replace("%", "%%"))
