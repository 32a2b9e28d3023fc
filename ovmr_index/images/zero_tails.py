"""JPEGs that end in zeros: whole ones with padding, and those whose rest was not copied.

libjpeg takes zeros for pixels, of grey or of a colour, and warns of that; Pillow drops the warning.
"""

import io
import os
import struct
from typing import IO

from PIL import Image, ImageFile

_ENDS = 2  # zeros that a file has to end with to be decoded twice
_SPARE = 4  # zeros that are left: the last bytes of an image may be zeros, and libjpeg reads ahead
_ERRORS = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error)


def why_cut_short(image: Image.Image) -> str | None:
    """Return why an open image that is not loaded yet lacks its rest, None where it does not.

    Of a JPEG that ends in zeros nearly all of these are taken away: what goes to its end is decoded
    without them, whether its end is marked or not. Other formats have checksums, or lengths, that
    Pillow compares; of any other image two bytes are read.
    """
    file = image.fp if isinstance(image, ImageFile.ImageFile) else None
    if file is None or image.format not in ("JPEG", "MPO") or not _ends_in_zeros(file):
        return None
    file.seek(0)
    content = file.read()
    rest = content.rstrip(b"\0")
    if _is_decodable(rest + bytes(_SPARE)):
        return None
    return f"is cut short: its last {len(content) - len(rest):,} bytes are zeros"


def _ends_in_zeros(file: IO[bytes]) -> bool:
    file.seek(-_ENDS, os.SEEK_END)
    return file.read() == bytes(_ENDS)


def _is_decodable(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
            image.load()
    except _ERRORS:
        return False
    return True
