"""What follows once the rows of a source have changed."""

from sqlalchemy import Connection

from ovmr_index.db import statistics
from ovmr_index.db.computed import delete_broken_entries
from ovmr_index.ingest.stored_sources import StoredSource, grow_generation


def end_change(
    connection: Connection, source: StoredSource, *, lost: bool, renamed: int
) -> list[str]:
    """Do what follows once the rows of a source have changed; return what is good to know of it.

    With `lost` some rows may be gone that pools refer to; `renamed` is how many exemplars went out
    of the pools with the names of their categories.
    """
    if not source.is_new:
        grow_generation(connection, source.pk)
    statistics.refresh(connection)
    gone = delete_broken_entries(connection) if lost else 0
    return [
        f"{count:,} {'exemplar of the pools goes' if count == 1 else 'exemplars of the pools go'}"
        f" with {what}"
        for count, what in ((gone, "what vanishes"), (renamed, "the names of their categories"))
        if count
    ]
