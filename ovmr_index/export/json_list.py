"""JSON that is written as it comes."""

from collections.abc import Iterable
from itertools import islice
from typing import BinaryIO

_ITEMS = 1_024


def write_list(file: BinaryIO, items: Iterable[str]) -> int:
    """Write JSON texts as one array; return their number."""
    file.write(b"[")
    iterator, count = iter(items), 0
    while batch := list(islice(iterator, _ITEMS)):
        file.write(b"," if count else b"")
        file.write(",".join(batch).encode())
        count += len(batch)
    file.write(b"]")
    return count
