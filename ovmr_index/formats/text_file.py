"""Text files of annotations: UTF-8, with or without a byte order mark, with any ends of lines."""

import codecs
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ovmr_index.errors import RecordError, os_reason
from ovmr_index.formats.json_bytes import AS_UTF8
from ovmr_index.storage.regular import refused_kind

_HEAD = 4  # bytes
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


@contextmanager
def opened_text(path: Path) -> Iterator[BinaryIO]:
    """Open a file of text in bytes, behind its byte order mark.

    Raises RecordError for one that cannot be read, is no file, or is text in another coding.
    """
    try:
        if (kind := refused_kind(path.stat())) is not None:
            raise RecordError(path, "", f"is {kind}", "give a file")
        with path.open("rb") as file:
            head = file.read(_HEAD)
            coding = next((name for mark, name in _MARKS if head.startswith(mark)), None)
            if coding is not None:
                raise RecordError(path, "", f"is {coding} text", AS_UTF8)
            file.seek(len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else os.SEEK_SET)
            yield file
    except OSError as error:
        raise RecordError(path, "", os_reason(error), "check the file") from None


def read_text(path: Path) -> str:
    """Return a whole file of text; raises RecordError as `opened_text`, and for other bytes."""
    with opened_text(path) as file:
        content = file.read()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        lines_before = content.count(b"\n", 0, error.start)
        where = f"line {lines_before + 1}"
        problem = f"is not UTF-8 (0x{content[error.start]:02x})"
        raise RecordError(path, where, problem, AS_UTF8) from None


def text_lines(path: Path) -> list[tuple[int, str]]:
    """Return the lines of a file that are not blank, each with its number.

    Raises RecordError as `read_text`.
    """
    return [(i, line) for i, line in enumerate(lines_of(read_text(path)), 1) if line.strip()]


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, which end in LF, CR LF or CR: no other sign ends a name."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
