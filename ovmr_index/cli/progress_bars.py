"""Progress bars on standard error, with rate and remaining time."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ovmr_index.progress import Progress, silent


def bars() -> Progress:
    """Return a progress that shows bars on a terminal, and nothing elsewhere."""
    return _bar if sys.stderr is not None and sys.stderr.isatty() else silent


@contextmanager
def _bar(what: str, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
    from tqdm import tqdm

    with tqdm(
        desc=what,
        total=total,
        unit=f" {unit}",
        unit_scale=True,
        leave=False,
        dynamic_ncols=True,
        file=sys.stderr,
    ) as bar:
        yield bar.update
