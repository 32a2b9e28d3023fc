"""What the last ingest of each source left out, and why."""

from sqlalchemy import Connection, ScalarSelect, func, select

from ovmr_index.db.models import IngestError, IngestRun
from ovmr_index.errors import Issue


def last_problems(connection: Connection, source: str) -> list[Issue]:
    """Return what the last run of a source that left a trace has left out, in its order."""
    query = (
        select(IngestError.file, IngestError.record, IngestError.reason)
        .where(IngestError.run_pk == _last_run(source))
        .order_by(IngestError.position)
    )
    rows = connection.execute(query)
    return [Issue(file=file, record=record, reason=reason) for file, record, reason in rows]


def problem_counts(connection: Connection) -> dict[str, int]:
    """Return how many records the last run of each source has left out, by its name."""
    last = select(func.max(IngestRun.pk)).group_by(IngestRun.source)
    query = select(IngestRun.source, IngestRun.errors).where(IngestRun.pk.in_(last))
    return dict(connection.execute(query).all())


def _last_run(source: str) -> ScalarSelect[int]:
    return select(func.max(IngestRun.pk)).where(IngestRun.source == source).scalar_subquery()
