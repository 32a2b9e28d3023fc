"""Files that are written whole or not at all, and JSON that is written as it comes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ovmr_index.errors import OvmrIndexError, os_reason

_BUFFER = 1 << 20


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears at `path` once it is complete; an older one stays until then.

    Raises OvmrIndexError where the file cannot be written; then `path` is as it was.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb", buffering=_BUFFER) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        problem = os_reason(error)
        raise OvmrIndexError(f"{path}: {problem}; nothing was written there") from None
    finally:
        with suppress(OSError):  # where there is no such folder there is no such file
            partial.unlink()
