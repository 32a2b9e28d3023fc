"""Values as JSON and CSV can hold them."""

import math
from typing import Any


def plain(value: Any) -> Any:
    """Return a value as JSON and CSV can hold it: bytes as SQL writes them, infinities as text."""
    if isinstance(value, bytes):
        return f"X'{value.hex().upper()}'"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
