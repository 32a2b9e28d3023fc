"""JSON lists that are written item by item."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, NamedTuple

from ovmr_index.processes import batches

ITEMS = 1_024


class ListPart(NamedTuple):
    """Some elements of an array as JSON in UTF-8, with commas between them, and their number."""

    text: bytes
    number: int


def write_list(file: BinaryIO, items: Iterable[str]) -> int:
    """Write JSON texts as one array; return their number."""
    return write_parts(file, list_parts(items))


def list_parts(items: Iterable[str]) -> Iterator[ListPart]:
    """Yield JSON texts by the part of an array."""
    return (ListPart(",".join(batch).encode(), len(batch)) for batch in batches(items, ITEMS))


def write_parts(
    file: BinaryIO, parts: Iterable[ListPart], advance: Callable[[int], object] = lambda _: None
) -> int:
    """Write parts of an array as one; return how many elements it has.

    `advance` is called with the number of elements of each part that is written.
    """
    file.write(b"[")
    count = 0
    for part in parts:
        file.write(b"," if count else b"")
        file.write(part.text)
        count += part.number
        advance(part.number)
    file.write(b"]")
    return count
