"""How long work is shown: a protocol that the command line fills with bars."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Progress(Protocol):
    """Shows how long work goes on: called with what is done, of how many, counted in what."""

    def __call__(
        self, what: str, total: int | None, unit: str
    ) -> AbstractContextManager[Callable[[int], object]]:
        """Open a display; call what it gives with the number that has been done since."""
        ...


@contextmanager
def silent(what: str, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
    """Show nothing."""
    yield lambda done: None
