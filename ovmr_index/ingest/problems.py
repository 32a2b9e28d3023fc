"""What the last ingest of each source left out, and why."""

from sqlalchemy import Connection, ScalarSelect, func, select

from ovmr_index.db.models import IngestError, IngestRun
from ovmr_index.errors import Issue


def last_problems(connection: Connection, source: str) -> list[Issue]:
    """Return what the last run of a source that left a trace has left out, in its order."""
    query = (
        select(IngestError.c.file, IngestError.c.record, IngestError.c.reason)
        .where(IngestError.c.run_pk == _last_run(source))
        .order_by(IngestError.c.position)
    )
    rows = connection.execute(query)
    return [Issue(file=file, record=record, reason=reason) for file, record, reason in rows]


def problem_counts(connection: Connection) -> dict[str, int]:
    """Return how many records the last run of each source has left out, by its name."""
    last = select(func.max(IngestRun.c.pk)).group_by(IngestRun.c.source)
    query = select(IngestRun.c.source, IngestRun.c.errors).where(IngestRun.c.pk.in_(last))
    return dict(connection.execute(query).all())


def _last_run(source: str) -> ScalarSelect[int]:
    return select(func.max(IngestRun.c.pk)).where(IngestRun.c.source == source).scalar_subquery()
