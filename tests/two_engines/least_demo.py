"""A small demo with half the categories: whatever is asked of two engines is asked of each."""

from pathlib import Path
from unittest.mock import patch

from tests.support import small_demo

# Of each frequency; with exemplars by each step, of each dataset, and with too few.
SYNSETS = (
    *("apple.n.01", "stop_sign.n.01", "hourglass.n.01", "mug.n.04"),
    *("penguin.n.01", "penny.n.02", "die.n.01"),
)


def make_least_demo(demo: Path, root: Path) -> None:
    """Make a smaller part of the tree `demo` at `root`; images are to be read only."""
    with patch.object(small_demo, "SYNSETS", SYNSETS):
        small_demo.make_small_demo(demo, root)
