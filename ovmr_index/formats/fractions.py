"""Numbers of text files that are fractions of an image's width or height."""

import math

from ovmr_index.errors import shortened

_LEAST, _MOST = -0.5, 1.5  # a box may leave its image, but is near it


class FractionError(ValueError):
    """A text that is no such number; the message says what it is instead."""


def fraction(name: str, text: str) -> float:
    """Return a fraction, which may leave 0 to 1 by half an image; `name` is what it is called.

    Raises FractionError.
    """
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or "_" in text:
        raise FractionError(f"{name} {shortened(repr(text.strip()), 80)} is no number")
    if not _LEAST <= found <= _MOST:
        problem = f"{name} is {shortened(text.strip(), 80)}, and no fraction of the image (0 to 1)"
        raise FractionError(problem)
    return found
