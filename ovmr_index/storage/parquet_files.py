"""Parquet files of images as `datasets` writes them: how pyarrow opens and reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ovmr_index.errors import OvmrIndexError
from ovmr_index.storage.reading import is_remote, remote_file, status_of

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

PARQUET = ".parquet"
BYTES, PATH = "bytes", "path"  # the fields of a column of images

_BUFFER = 1 << 20  # bytes that are read from a column at once


class UnsoundParquetError(Exception):
    """What pyarrow says of a file that it cannot read as Parquet."""


def is_parquet_name(name: str) -> bool:
    """Return whether a name is that of a Parquet file, in upper or lower case."""
    return name.lower().endswith(PARQUET)


def require_pyarrow() -> None:
    """Raise OvmrIndexError, which says what to install, where pyarrow cannot be imported."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        remedy = "run `pip install 'ovmr-index[parquet]'`"
        raise OvmrIndexError(f"pyarrow cannot be imported: {error}; {remedy}") from None


@contextmanager
def unsound_named() -> Iterator[None]:
    """Raise UnsoundParquetError where pyarrow cannot read what it meets in the block.

    Errors of the system are raised as they are.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) is not None:
            raise
        said = str(error).partition("\n")[0].partition(". ")[0]
        raise UnsoundParquetError(said.rstrip(".")) from None


def open_parquet(path: str | Path) -> "pq.ParquetFile":
    """Open a Parquet file; its columns are read as streams, whatever the size of a row group.

    Checksums of pages are compared where the file has them.

    Raises:
        OvmrIndexError: pyarrow cannot be imported.
        OSError: There is no file, or it cannot be read.
        UnsoundParquetError: It is no Parquet file, or is cut short.
    """
    require_pyarrow()
    import pyarrow.parquet as pq

    name = str(path)
    if is_remote(name):
        source: Any = remote_file(name, status_of(name).st_size)
    else:
        source = path
        Path(path).open("rb").close()  # the errors of pyarrow say less
    with unsound_named():
        return pq.ParquetFile(
            source, pre_buffer=False, buffer_size=_BUFFER, page_checksum_verification=True
        )


def image_columns(schema: "pa.Schema") -> list[str]:
    """Return the names of the columns of images: structs that hold the bytes of a file each."""
    return [field.name for field in schema if _is_image(field.type)]


def _is_image(kind: "pa.DataType") -> bool:
    from pyarrow import types

    if not types.is_struct(kind) or kind.get_field_index(BYTES) < 0:
        return False
    content = kind.field(BYTES).type
    return bool(types.is_binary(content) or types.is_large_binary(content))
