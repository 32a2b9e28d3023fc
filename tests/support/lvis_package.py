"""Files as the lvis package reads them, which imports matplotlib, and so not with the tests."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lvis import LVIS


def read_lvis(path: Path) -> "LVIS":
    """Return what the lvis package makes of a file."""
    from lvis import LVIS

    return LVIS(str(path))
