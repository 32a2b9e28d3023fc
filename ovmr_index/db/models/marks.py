"""What people say of exemplars, by names that hold in any index, and each change of it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Identity, Index, Named, text

from ovmr_index.db.models.base import TEXT, WHOLE, Columns, row_numbers, strict_table


class ExemplarMarkColumns(Columns):
    """A mark of an exemplar of a category: it is left out of draws, or comes first in them.

    The category is known by its key, name and synset, which follow where a source numbers its
    categories again. `region_key` is null for a whole image. `position` orders the pins of a
    category.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    vocabulary: Named[str] = Column(TEXT)
    category_key: Named[int] = Column(WHOLE)
    category_name: Named[str] = Column(TEXT)
    category_synset: Named[str | None] = Column(TEXT)
    source: Named[str] = Column(TEXT)
    file_name: Named[str] = Column(TEXT)
    region_key: Named[int | None] = Column(WHOLE)
    kind: Named[str] = Column(TEXT)
    position: Named[int | None] = Column(WHOLE)
    note: Named[str | None] = Column(TEXT)
    author: Named[str | None] = Column(TEXT)
    marked_at: Named[str] = Column(TEXT)


ExemplarMark = strict_table(
    "exemplar_marks",
    ExemplarMarkColumns,
    Index(
        "uq_exemplar_marks_key",
        "vocabulary",
        "category_key",
        "source",
        "file_name",
        text("coalesce(region_key, -1)"),
        unique=True,
    ),
    CheckConstraint("kind IN ('exclude', 'pin')", name="kind"),
)


class MarkStepColumns(Columns):
    """What was done in one step: marks made, cleared or read from a file, or a step taken back.

    Its number is what `index.curation.changes` counts by.
    """

    pk: Named[int] = Column(WHOLE, Identity(), primary_key=True)
    kind: Named[str] = Column(TEXT)
    author: Named[str | None] = Column(TEXT)
    made_at: Named[str] = Column(TEXT)
    undoes_pk: Named[int | None] = Column(WHOLE, ForeignKey("mark_steps.pk"))


MarkStep = strict_table(
    "mark_steps",
    MarkStepColumns,
    CheckConstraint("kind IN ('exclude', 'pin', 'clear', 'import', 'undo')", name="kind"),
)


class MarkChangeColumns(Columns):
    """A mark before and after a step, as JSON; null where there is none."""

    step_pk: Named[int] = Column(WHOLE, ForeignKey("mark_steps.pk"), primary_key=True)
    position: Named[int] = Column(WHOLE, primary_key=True)
    before: Named[str | None] = Column(TEXT)
    after: Named[str | None] = Column(TEXT)


MarkChange = strict_table("mark_changes", MarkChangeColumns, rowid=False)
