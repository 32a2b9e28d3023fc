"""What people say of exemplars, by names that hold in any index, and each change of it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Named, Text, text

from ovmr_index.db.models.base import WHOLE, Columns, strict_table


class ExemplarMarkColumns(Columns):
    """A mark of an exemplar of a category: it is left out of draws, or comes first in them.

    The category is known by its key, name and synset, which follow where a source numbers its
    categories again. `region_key` is null for a whole image. `position` orders the pins of a
    category.
    """

    pk: Named[int] = Column(WHOLE, primary_key=True)
    vocabulary: Named[str] = Column(Text)
    category_key: Named[int] = Column(WHOLE)
    category_name: Named[str] = Column(Text)
    category_synset: Named[str | None] = Column(Text)
    source: Named[str] = Column(Text)
    file_name: Named[str] = Column(Text)
    region_key: Named[int | None] = Column(WHOLE)
    kind: Named[str] = Column(Text)
    position: Named[int | None] = Column(WHOLE)
    note: Named[str | None] = Column(Text)
    author: Named[str | None] = Column(Text)
    marked_at: Named[str] = Column(Text)


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
    """What was done in one step: marks made, cleared or read from a file, or a step taken back."""

    pk: Named[int] = Column(WHOLE, primary_key=True)
    kind: Named[str] = Column(Text)
    author: Named[str | None] = Column(Text)
    made_at: Named[str] = Column(Text)
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
    before: Named[str | None] = Column(Text)
    after: Named[str | None] = Column(Text)


MarkChange = strict_table("mark_changes", MarkChangeColumns, rowid=False)
