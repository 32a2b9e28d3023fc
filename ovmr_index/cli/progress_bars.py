"""Progress bars on standard error, with rate and remaining time, of what takes over two seconds."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ovmr_index.progress import Progress, silent

_DELAY, _PAUSE = 2.0, 0.2  # seconds before a bar is drawn, and between two drawings of it


def bars() -> Progress:
    """Return a progress that shows bars on a terminal, and nothing elsewhere."""
    return _bar if sys.stderr is not None and sys.stderr.isatty() else silent


@contextmanager
def _bar(what: str, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
    work = _Work(what, total, unit)
    work.thread.start()
    try:
        yield work.advance
    finally:
        work.ended.set()
        work.thread.join()


class _Work:
    """Work that a thread of its own shows: it goes on while one SQL statement runs for minutes."""

    def __init__(self, what: str, total: int | None, unit: str) -> None:
        self._what, self._total, self._unit = what, total, unit
        self._done, self._began = 0, time.time()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._show, daemon=True)

    def advance(self, done: int) -> None:
        """Count what has been done since."""
        self._done += done

    def _show(self) -> None:
        if not self.ended.wait(_DELAY):
            with suppress(OSError, ValueError):  # the terminal may be gone
                self._draw()

    def _draw(self) -> None:
        """Draw the bar until the work ends, and leave a clean line."""
        from tqdm import tqdm

        tqdm.monitor_interval = 0
        with tqdm(
            desc=self._what,
            total=self._total,
            unit=f" {self._unit}",
            unit_scale=True,
            smoothing=0,
            leave=False,
            dynamic_ncols=True,
            bar_format=self._form(),
            file=sys.stderr,
        ) as bar:
            bar.start_t = self._began
            while True:
                bar.n, bar.bar_format = self._done, self._form()
                bar.refresh()
                if self.ended.wait(_PAUSE):
                    break

    def _form(self) -> str | None:
        """Return how the bar is drawn: its time alone as long as nothing is counted."""
        return None if self._total is not None or self._done else "{desc}: {elapsed}"
