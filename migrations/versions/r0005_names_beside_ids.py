"""Partitions and samples keep the names of their categories: a source may number them again.

Revision ID: 0005
Revises: 0004
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = (
    ("partition_categories", "category_name"),
    ("partition_categories", "category_synset"),
    ("sample_categories", "name"),
)
VIEWS = ("box_synsets", "sample_exemplars")
# A category that has left its vocabulary before has no name any more.
OF_PARTITIONS = """
UPDATE partition_categories SET (category_name, category_synset) = (
    SELECT categories.name, synsets.name
    FROM partitions
    JOIN categories ON categories.vocabulary_pk = partitions.vocabulary_pk
    LEFT JOIN synsets ON synsets.pk = categories.synset_pk
    WHERE partitions.pk = partition_categories.partition_pk
        AND categories.key = partition_categories.category_key
)
"""
# The synset was kept: an id that stands for another one by now does not name what was drawn.
OF_SAMPLES = """
UPDATE sample_categories SET name = (
    SELECT categories.name
    FROM samples
    JOIN vocabularies ON vocabularies.name = coalesce(samples.vocabulary, 'lvis_v1_train')
    JOIN categories ON categories.vocabulary_pk = vocabularies.pk
    LEFT JOIN synsets ON synsets.pk = categories.synset_pk
    WHERE samples.pk = sample_categories.sample_pk
        AND categories.key = sample_categories.category_key
        AND coalesce(synsets.name, categories.name) = sample_categories.synset
)
"""


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    op.execute(OF_PARTITIONS)
    op.execute(OF_SAMPLES)
    _recreate_views(revision)


def downgrade() -> None:
    _recreate_views("0003")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)


def _recreate_views(of_revision: str) -> None:
    """Make again the views that have another form since, as the files of a revision have them."""
    folder = Path(__file__).parents[1] / "views" / of_revision
    for name in VIEWS:
        text = (folder / f"{name}.sql").read_text(encoding="utf-8")
        op.execute(f"DROP VIEW {name}")
        op.execute(text[text.index("CREATE VIEW") :])
