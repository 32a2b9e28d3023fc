"""Texts of JSON records where they are in their file, without a copy: places and Arrow columns."""

import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Raw
from numpy.typing import NDArray

Ints = NDArray[np.int64]

SEPARATOR = b", "
_BATCH = 40_000  # records that a thread of DuckDB takes at once


def mapped(path: Path) -> mmap.mmap:
    """Return the bytes of a file."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def records(content: mmap.mmap, lists: Sequence[Sequence[Raw]], **columns: Ints) -> Any:
    """Return an Arrow table of all records of some lists in a file, with further columns.

    Raises ValueError where records of a list are not separated as `json.dump` does it.
    """
    import pyarrow as pa

    counts = np.array([len(records) for records in lists])
    lengths = np.fromiter(
        (memoryview(record).nbytes for records in lists for record in records), np.int64
    )
    firsts = np.array([_address(records[0]) for records in lists if records])
    ends = np.cumsum(lengths + len(SEPARATOR))
    starts = ends - lengths - len(SEPARATOR)
    heads = (np.cumsum(counts) - counts)[counts > 0]
    starts += np.repeat(firsts - _address(content) - starts[heads], counts[counts > 0])
    data = np.frombuffer(content, np.uint8)
    if np.any(data[starts] != ord("{")) or np.any(data[starts + lengths - 1] != ord("}")):
        raise ValueError("records are not separated by a comma and a space everywhere")
    return with_texts([content], pa.table({**columns, "start": starts, "length": lengths}))


def place(content: mmap.mmap, record: Raw) -> tuple[int, int]:
    """Return start and length of a JSON text in its file, in bytes."""
    return _address(record) - _address(content), memoryview(record).nbytes


def _address(content: mmap.mmap | Raw) -> int:
    address: int = np.frombuffer(content, np.uint8).__array_interface__["data"][0]
    return address


def with_texts(files: Sequence[mmap.mmap], places: Any) -> Any:
    """Return an Arrow table with a further column `record`, the texts at its places.

    Columns of `places` are `start` and `length`, in bytes, and `file`, by its number, if there are
    several.
    """
    import pyarrow as pa

    count = places.num_rows
    starts, lengths = places["start"].to_numpy(), places["length"].to_numpy()
    numbers = places["file"].to_numpy() if len(files) > 1 else np.zeros(count, np.int32)
    # As Arrow lays a string view out: length, first four bytes, number of the buffer, place in it.
    views = np.zeros(count, "<i4, (4,)u1, <i4, <i4")
    views["f0"], views["f2"], views["f3"] = lengths, numbers, starts
    for number, content in enumerate(files):
        (here,) = np.nonzero((numbers == number) & (lengths > 0))
        views["f1"][here] = np.frombuffer(content, np.uint8)[starts[here, None] + np.arange(4)]
    buffers = [None, pa.py_buffer(views), *map(pa.py_buffer, files)]
    texts = pa.Array.from_buffers(pa.string_view(), count, buffers)
    return pa.Table.from_batches(places.append_column("record", texts).to_batches(_BATCH))
