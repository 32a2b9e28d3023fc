"""What is good to know of a partition that something is selected by."""

from sqlalchemy import Connection

from ovmr_index.vocabularies.partition_filter import PartitionFilter
from ovmr_index.vocabularies.partitions import left_vocabulary


def selection_notes(
    connection: Connection, vocabulary: str, by: PartitionFilter | None
) -> list[str]:
    """Return which categories of a filter's partition the vocabulary has no longer, in a line.

    Raises:
        UsageError: There is no such vocabulary or partition.
        OvmrIndexError: It cannot be told which category of the vocabulary one of it is.
    """
    if by is None:
        return []
    _, gone = left_vocabulary(connection, vocabulary, by.partition)
    return [] if gone is None else [f"partition {by.partition} of {vocabulary}: {gone}"]
