"""Rows to Parquet files: a batch at a time, in row groups and files of sizes that engines like."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ovmr_index.formats.parquet.manifest import ParquetColumn, ParquetFile, ParquetFolder

if TYPE_CHECKING:
    import pyarrow as pa

Rows = Iterable[tuple[Any, ...]]
Arrays = Callable[[Sequence[tuple[Any, ...]]], list["pa.Array"]]

_BATCH = 8_192  # rows that are Python's objects at once
_GROUP_ROWS = 131_072
_GROUP_BYTES = 32 << 20  # in memory, of columns that are long
_FILE_GROUPS = 16
_CHUNK = 1 << 20


class RowFiles:
    """Writes the files of one folder: `part-00000.parquet`, `part-00001-lvis_v1_train.parquet`."""

    def __init__(self, top: Path, folder: str, schema: "pa.Schema", arrays: Arrays) -> None:
        """Make a folder below `top`. `arrays` gives the columns of some rows."""
        self._top, self._folder = top, folder
        self.schema, self._arrays = schema, arrays
        self._files: list[ParquetFile] = []
        (top / folder).mkdir(parents=True)

    def write(self, rows: Rows, label: str = "") -> None:
        """Write rows to the next files, which bear the label of what they hold."""
        self.write_batches(self._batches(iter(rows)), label)

    def write_batches(self, batches: Iterable["pa.RecordBatch"], label: str = "") -> None:
        """Write rows to the next files that are columns already, those of the schema."""
        groups = _groups(batches)
        while some := [*islice(groups, 1)]:
            self._write_file(chain(some, islice(groups, _FILE_GROUPS - 1)), label)

    def finish(self) -> ParquetFolder:
        """Return all files; one without rows is written where there is none, for its columns."""
        if not self._files:
            self._write_file((), "")
        columns = [ParquetColumn(one.name, str(one.type)) for one in self.schema]
        return ParquetFolder(sum(one.rows for one in self._files), columns, self._files)

    def _write_file(self, groups: Iterable["pa.Table"], label: str) -> None:
        import pyarrow.parquet as pq

        suffix = f"-{label}" if label else ""
        path = f"{self._folder}/part-{len(self._files):05}{suffix}.parquet"
        rows = 0
        with pq.ParquetWriter(
            self._top / path,
            self.schema,
            compression="zstd",
            store_schema=False,
            write_page_checksum=True,
        ) as writer:
            for group in groups:
                writer.write_table(group, row_group_size=group.num_rows)
                rows += group.num_rows
        size, digest = _size_and_hash(self._top / path)
        self._files.append(ParquetFile(path, rows, size, digest))

    def _batches(self, rows: Iterator[tuple[Any, ...]]) -> Iterator["pa.RecordBatch"]:
        import pyarrow as pa

        while some := [*islice(rows, _BATCH)]:
            yield pa.RecordBatch.from_arrays(self._arrays(some), schema=self.schema)


def _groups(batches: Iterable["pa.RecordBatch"]) -> Iterator["pa.Table"]:
    """Yield the rows of a row group at a time."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    count = size = 0
    for batch in batches:
        start = 0
        while start < batch.num_rows:
            part = batch.slice(start, _GROUP_ROWS - count)
            held.append(part)
            start += part.num_rows
            count += part.num_rows
            size += part.nbytes
            if count >= _GROUP_ROWS or size >= _GROUP_BYTES:
                yield pa.Table.from_batches(held)
                held, count, size = [], 0, 0
    if held:
        yield pa.Table.from_batches(held)


def _size_and_hash(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()
