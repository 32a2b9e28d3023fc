"""Marks of exemplars, the steps in which they were made, and what samples were drawn with.

Revision ID: 0008
Revises: 0007
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exemplar_marks",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("category_key", sa.Integer(), nullable=False),
        sa.Column("category_name", sa.Text(), nullable=False),
        sa.Column("category_synset", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("region_key", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("marked_at", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('exclude', 'pin')", name=op.f("ck_exemplar_marks_kind")),
        sa.PrimaryKeyConstraint("pk", name="pk_exemplar_marks"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "uq_exemplar_marks_key",
        "exemplar_marks",
        ["vocabulary", "category_key", "source", "file_name", sa.text("coalesce(region_key, -1)")],
        unique=True,
    )
    op.create_table(
        "mark_steps",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("undoes_pk", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('exclude', 'pin', 'clear', 'import', 'undo')",
            name=op.f("ck_mark_steps_kind"),
        ),
        sa.ForeignKeyConstraint(["undoes_pk"], ["mark_steps.pk"], name="fk_mark_steps_undoes_id"),
        sa.PrimaryKeyConstraint("pk", name="pk_mark_steps"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "mark_changes",
        sa.Column("step_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["step_pk"], ["mark_steps.pk"], name="fk_mark_changes_step_id"),
        sa.PrimaryKeyConstraint("step_pk", "position", name="pk_mark_changes"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.add_column("samples", sa.Column("marks", sa.Text(), nullable=True))
    file = Path(__file__).parents[1] / "views" / revision / "marks.sql"
    text = file.read_text(encoding="utf-8")
    op.execute(text[text.index("CREATE VIEW") :])


def downgrade() -> None:
    op.execute("DROP VIEW marks")
    op.drop_column("samples", "marks")
    for table in ("mark_changes", "mark_steps", "exemplar_marks"):
        op.drop_table(table)
