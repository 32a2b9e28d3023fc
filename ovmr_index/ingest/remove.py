"""A dataset, or one source of it, taken out of the index."""

from collections import Counter

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update

from ovmr_index.db.models import (
    METADATA,
    Collation,
    Dataset,
    Image,
    KeptMeasurement,
    PoolEntry,
    Region,
    Source,
)
from ovmr_index.errors import command, unknown
from ovmr_index.ingest.reading_shares import forget_shares
from ovmr_index.ingest.report import Removal


def remove(connection: Connection, name: str) -> Removal:
    """Remove all rows of a dataset or source, and the pools' exemplars among them: pools are stale.

    Saved samples keep what they held. Raises UsageError for a name that is neither.
    """
    sources = _sources(connection, name)
    kept = delete(KeptMeasurement).where(KeptMeasurement.c.source.in_(sources.values()))
    connection.execute(kept)
    for source in sources.values():
        forget_shares(connection, source)
    removed: Counter[str] = Counter()
    _remove(connection, Source, Source.c.pk.in_(sources), removed)
    # A source that is read again has the generation of a new one, which alone would look fresh.
    connection.execute(update(Collation).values(generations=""))
    empty = Dataset.c.pk.not_in(select(Source.c.dataset_pk))
    _remove(connection, Dataset, empty, removed)
    return Removal(
        sources=[*sources.values()],
        images=removed[Image.name],
        regions=removed[Region.name],
        exemplars=removed[PoolEntry.name],
        rows=removed.total(),
    )


def _sources(connection: Connection, name: str) -> dict[int, str]:
    """Return the names of the sources that are meant, by row number."""
    query = (
        select(Source.c.pk, Source.c.name, Dataset.c.name)
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .order_by(Source.c.pk)
    )
    rows = connection.execute(query).all()
    found = {source_pk: source for source_pk, source, *names in rows if name in (source, *names)}
    if not found:
        known = sorted({known for _, *names in rows for known in names})
        raise unknown("dataset", name, known, see=f"see {command('status')}")
    return found


def _remove(
    connection: Connection, of: Table, where: ColumnElement[bool], removed: Counter[str]
) -> None:
    """Remove rows of a table, and first, in every table, those that point to them.

    The tables are those of the schema, so that one which is added to it is not forgotten. Tables
    that hold most rows come first, by their source: they are empty when they are met again.
    """
    if not connection.execute(select(func.count()).select_from(of).where(where)).scalar_one():
        return
    for other in reversed(METADATA.sorted_tables):
        for key in other.foreign_keys:
            if key.column.table is of:
                pointing = key.parent.in_(select(key.column).where(where))
                _remove(connection, other, pointing, removed)
    removed[of.name] += connection.execute(delete(of).where(where)).rowcount
