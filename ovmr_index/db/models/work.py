"""Work that many processes share, a unit of it a row."""

from sqlalchemy import CheckConstraint, Column, Named, UniqueConstraint

from ovmr_index.db.models.base import DOUBLE, TEXT, WHOLE, Columns, row_numbers, strict_table


class WorkUnitColumns(Columns):
    """A unit of a job: who does it, and until when others leave it to them.

    `payload` is the JSON object of what is to be done. `leased_until` is in seconds since 1970 by
    the clock of the server. `tries` counts how often it was begun.
    """

    pk: Named[int] = Column(WHOLE, row_numbers(), primary_key=True)
    job: Named[str] = Column(TEXT)
    unit: Named[str] = Column(TEXT)
    payload: Named[str] = Column(TEXT)
    state: Named[str] = Column(TEXT)
    worker: Named[str | None] = Column(TEXT)
    leased_until: Named[float | None] = Column(DOUBLE)
    tries: Named[int] = Column(WHOLE)


WorkUnit = strict_table(
    "work_units",
    WorkUnitColumns,
    UniqueConstraint("job", "unit"),
    CheckConstraint("state IN ('waiting', 'claimed', 'done', 'failed')", name="state"),
    CheckConstraint("tries >= 0", name="tries"),
)
