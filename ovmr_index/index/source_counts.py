"""How many records of each source the index holds, against what its last ingest counted."""

from collections.abc import Iterator

from sqlalchemy import text

from ovmr_index.db.session import Session
from ovmr_index.db.stored_json import read_again
from ovmr_index.errors import counted
from ovmr_index.index.finding import Finding

# Sources with blocks are counted by these, which are written with the rows. Runs are stored after
# them: where one is missing, as after a loss of power, the source is of a later generation.
_COUNTS = text(
    """
    WITH last AS (
        SELECT source, max(pk) AS run_pk, count(*) AS runs FROM ingest_runs GROUP BY source
    )
    SELECT sources.name,
        CASE WHEN header IS NULL THEN 'image' ELSE 'record' END AS counted,
        added + changed + unchanged AS read,
        CASE WHEN header IS NULL
            THEN (SELECT count(*) FROM images WHERE source_pk = sources.pk)
            ELSE (SELECT count(*) FROM regions WHERE source_pk = sources.pk)
        END AS held,
        runs >= generation AS is_known
    FROM sources
    JOIN last ON last.source = sources.name
    JOIN ingest_runs ON ingest_runs.pk = run_pk
    WHERE sources.pk NOT IN (SELECT source_pk FROM source_blocks WHERE position > 0)
    ORDER BY sources.name
    """
)


def check_counts(session: Session) -> Iterator[Finding]:
    """Compare numbers of images, or of records of annotation files, with those that were read."""
    with session.read() as connection:
        for name, noun, read, held, is_known in connection.execute(_COUNTS):
            if is_known and read != held:
                yield Finding(
                    f"{name}: the index holds {counted(held, noun)}, but {read:,} were read of it:"
                    f" {read_again()}"
                )
