"""Images in Parquet files: their bytes, by the number of the row.

To read a row, those before it in its row group are unpacked, a few at a time. The row group that
was read last stays open: ask for the images of one file in the order of their rows. For one thread
at a time.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from ovmr_index.storage.parquet_files import (
    BYTES,
    UnsoundParquetError,
    image_columns,
    open_parquet,
    unsound_named,
)
from ovmr_index.storage.reading import status_of
from ovmr_index.storage.tar_members import ChangedTarError, DamagedMemberError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_KIND = "Parquet file"
_ROWS = 16  # that are in memory at once


class ParquetRow(NamedTuple):
    """An image in the Parquet file at `path`: `size` bytes in a row, counted from 0.

    `name` is for messages.
    """

    path: str
    name: str
    row: int
    size: int

    @property
    def needs_order(self) -> bool:
        """Whether everything before it has to be unpacked to read it."""
        return True


class _OpenFile:
    """The column of images of one Parquet file, read row group by row group."""

    def __init__(self, path: str) -> None:
        """Read the footer; raises as `open_parquet`."""
        self._file: pq.ParquetFile = open_parquet(path)
        columns = image_columns(self._file.schema_arrow)
        self._column = f"{columns[0]}.{BYTES}" if len(columns) == 1 else None
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._values: Any = ()
        self._first = self._end = 0  # the first row in memory, and the one after the row group

    def content(self, row: int) -> bytes | None:
        """Return the bytes in a row, None where there is none; raises UnsoundParquetError."""
        if self._column is None:
            return None
        if not self._first <= row < self._end and not self._start(row):
            return None
        while row >= self._first + len(self._values):
            self._first += len(self._values)
            with unsound_named():
                batch = next(self._batches, None)
            if batch is None:
                raise UnsoundParquetError("a row group ends early")
            self._values = batch.column(0)
        found = self._values[row - self._first].as_py()
        return None if found is None else found[BYTES]

    def _start(self, row: int) -> bool:
        """Begin with the row group of a row; return whether there is one."""
        metadata, first = self._file.metadata, 0
        for group in range(metadata.num_row_groups):
            end = first + metadata.row_group(group).num_rows
            if first <= row < end:
                self._batches = self._file.iter_batches(
                    _ROWS, row_groups=[group], columns=[self._column], use_threads=False
                )
                self._values, self._first, self._end = (), first, end
                return True
            first = end
        return False

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Reader:
    """Reads from the Parquet file that was read last, or opens another."""

    def __init__(self) -> None:
        self._file: _OpenFile | None = None
        self._of: tuple[str, int, int, int] | None = None

    def content(self, image: ParquetRow) -> bytes | None:
        """Return the bytes of an image, None where its row holds none."""
        status = status_of(image.path)
        wanted = (image.path, status.st_size, status.st_mtime_ns, status.st_ino)
        if self._file is None or self._of != wanted:
            self.close()
            try:
                self._file, self._of = _OpenFile(image.path), wanted
            except UnsoundParquetError:
                raise ChangedTarError(image.path, _KIND) from None
        return self._file.content(image.row)

    def close(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()
        self._file = self._of = None

    def forget(self) -> None:
        """Leave what is open to the process that this one was forked from."""
        self._file = self._of = None


_reader = _Reader()
os.register_at_fork(after_in_child=_reader.forget)


def read_row(image: ParquetRow) -> bytes:
    """Return the bytes of an image in a Parquet file.

    Raises:
        OvmrIndexError: pyarrow cannot be imported.
        OSError: The file cannot be read, or holds something else there now; DamagedMemberError
            where the image cannot be unpacked.
    """
    try:
        content = _reader.content(image)
    except UnsoundParquetError as error:
        _reader.close()
        raise DamagedMemberError(image.path, f"is damaged at this image ({error})") from None
    if content is None or len(content) != image.size:
        raise ChangedTarError(image.path, _KIND)
    return content
