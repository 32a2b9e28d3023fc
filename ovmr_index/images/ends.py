"""Whether the file of an image goes to its end, without decoding it: for files that were written.

A stop of the machine may leave a file empty, cut short, or of its length and without content.
"""

import os
from pathlib import Path

from ovmr_index.images.header import ImageError, inspect

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_ENDS = {"JPEG": (_JPEG, b"\xff\xd9"), "PNG": (_PNG, b"\0\0\0\0IEND\xaeB`\x82")}
_LONGEST = 12  # bytes of an end


def is_whole(path: str | Path, kind: str) -> bool:
    """Return whether an image of a format (JPEG or PNG) is there and goes to its end.

    One with something else behind its end, as some sources have, is decoded; a disk that was
    stopped leaves zeros there.
    """
    start, end = _ENDS[kind]
    found = _start_and_end(path)
    if found is None or not found[0].startswith(start):
        return False
    return found[1].endswith(end) or (any(found[1]) and _is_decodable(path))


def has_usual_end(path: str | Path) -> bool:
    """Return whether a file begins and ends as a JPEG or a PNG does."""
    found = _start_and_end(path)
    return found is not None and any(
        found[0].startswith(start) and found[1].endswith(end) for start, end in _ENDS.values()
    )


def _start_and_end(path: str | Path) -> tuple[bytes, bytes] | None:
    """Return the first and last bytes of a file, None where it cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path takes twice the time
            start = file.read(_LONGEST)
            file.seek(-min(len(start), _LONGEST), os.SEEK_END)
            return start, file.read(_LONGEST)
    except OSError:
        return None


def _is_decodable(path: str | Path) -> bool:
    try:
        inspect(path, decode=True)
    except ImageError:
        return False
    return True
