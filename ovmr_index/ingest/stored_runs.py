"""What an ingest did, kept as a run of its source."""

from datetime import UTC, datetime

from sqlalchemy import Connection, insert

from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.models import IngestError, IngestRun
from ovmr_index.ingest.problems import last_problems
from ovmr_index.ingest.report import SourceReport

_ERROR = ("run_pk", "position", "file", "record", "reason")


def has_other_problems(connection: Connection, report: SourceReport) -> bool:
    """Return whether other records were left out than in the run before."""
    return sorted(report.problems) != sorted(last_problems(connection, report.name))


def store_run(connection: Connection, report: SourceReport) -> None:
    """Keep the counts of a run, and what it left out."""
    counts = report.counts
    made = insert(IngestRun).values(
        source=report.name,
        ended_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=report.seconds,
        added=counts.added,
        changed=counts.changed,
        unchanged=counts.unchanged,
        vanished=counts.vanished,
        errors=len(report.problems),
    )
    run_pk = connection.execute(made.returning(IngestRun.c.pk)).scalar_one()
    rows = [
        (run_pk, position, one.file, one.record, one.reason)
        for position, one in enumerate(report.problems)
    ]
    insert_rows(connection, IngestError, _ERROR, rows)
