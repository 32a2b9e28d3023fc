"""When sources were read."""

from sqlalchemy import func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import IngestRun, Source


def last_runs() -> Query:
    """Return (source, when its last run ended: UTC, ISO) of each source that is there, by name."""
    last = select(func.max(IngestRun.c.pk)).group_by(IngestRun.c.source)
    return (
        select(Source.c.name, IngestRun.c.ended_at)
        .join(IngestRun, IngestRun.c.source == Source.c.name)
        .where(IngestRun.c.pk.in_(last))
        .order_by(Source.c.name)
    )
