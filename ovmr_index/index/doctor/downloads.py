"""Whether a file that was downloaded is whole, by its beginning and its end alone."""

import os
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.storage.regular import refused_kind

_ENDS = {b"{": b"}", b"[": b"]"}
_READ = 1 << 16
_PAGE = (b"<!doctype", b"<html", b"<?xml")
_ZIP_END = b"PK\x05\x06"
_PARTS = (".part", ".partial", ".crdownload", ".download", ".aria2", ".filepart", ".tmp")
_MOST_NAMES = 1_000


def fault_of(path: Path) -> str:
    """Return what is wrong with a JSON or zip file as a whole, "" where nothing is seen.

    It reads at most 128 KiB, whatever the size is.
    """
    status = path.stat()
    if (kind := refused_kind(status)) is not None:
        return f"is {kind}"
    if status.st_size == 0:
        return "is empty: the download did not begin"
    with path.open("rb") as file:
        head = file.read(_READ).lstrip(b"\xef\xbb\xbf \t\r\n")
        file.seek(max(0, status.st_size - _READ))
        tail = file.read(_READ)
    if head[:9].lower().startswith(_PAGE):
        return "is a web page and not the file: the server asked for something else"
    return _zip_fault(head, tail) if path.suffix == ".zip" else _json_fault(head, tail)


def _zip_fault(head: bytes, tail: bytes) -> str:
    if not head.startswith(b"PK"):
        return "is no zip"
    return "" if _ZIP_END in tail else "is cut short: the end of the zip is missing"


def _json_fault(head: bytes, tail: bytes) -> str:
    if head.startswith((b"\x1f\x8b", b"PK")):
        return "is packed: unpack it"
    if (end := _ENDS.get(head[:1])) is None:
        return "is no JSON"
    last = tail.rstrip(b" \t\r\n\0")
    if not last.endswith(end) or tail.endswith(b"\0"):
        return "is cut short: its last sign does not end the JSON"
    return ""


def unfinished(folder: Path) -> Iterator[Path]:
    """Yield files of a folder that a program for downloads has not finished, by their names."""
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number >= _MOST_NAMES:
                return
            if entry.name.lower().endswith(_PARTS) and entry.is_file():
                yield Path(entry.path)
