"""JSON lists that are written item by item."""

from collections.abc import Iterable
from typing import BinaryIO

from ovmr_index.processes import batches

_ITEMS = 1_024


def write_list(file: BinaryIO, items: Iterable[str]) -> int:
    """Write JSON texts as one array; return their number."""
    file.write(b"[")
    count = 0
    for batch in batches(items, _ITEMS):
        file.write(b"," if count else b"")
        file.write(",".join(batch).encode())
        count += len(batch)
    file.write(b"]")
    return count
