"""Files with records are not replaced by files without, unless that is asked for.

A source whose disk is not mounted leaves an index without its records; what was exported before
that is worth more than an empty file.
"""

import mmap
import re
from pathlib import Path

from ovmr_index.errors import EmptyOutputError, OvmrIndexError, command, option, os_reason
from ovmr_index.storage.regular import descriptor_of

# What only a file with records holds, in the JSON of each kind of file.
LISTED = rb"\[\s*\{"
ANNOTATIONS = rb'"annotations"\s*:\s*\[\s*\{'
IMAGES = rb'"images"\s*:\s*\[\s*\{'
COUNTED_IMAGES = rb'"image_count"\s*:\s*[1-9]'


def keep_records(path: Path, count: int, record: bytes, *, allow_empty: bool) -> None:
    """Raise EmptyOutputError where `count` is 0 and the file at `path` holds records.

    Args:
        path: Where the file goes that is written now.
        count: How many records that has.
        record: A regular expression of what only a file with records holds.
        allow_empty: Whether that is asked for.
    """
    if count == 0 and not allow_empty and _holds(path, record):
        raise EmptyOutputError(
            f"{path}: holds records, and there are none to write in their place; see"
            f" {command('status')} for what the index holds, or give"
            f" {option('allow_empty', value=True)}"
        )


def _holds(path: Path, record: bytes) -> bool:
    try:
        if descriptor_of(path) is not None or not path.is_file() or path.stat().st_size == 0:
            return False
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            return re.search(record, text) is not None
    except OSError as error:
        raise OvmrIndexError(f"{path}: {os_reason(error)}; nothing was written there") from None
