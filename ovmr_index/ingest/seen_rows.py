"""Which rows a load has met, by their numbers: a byte each, however far apart their ranges are."""

from collections import defaultdict
from collections.abc import Iterable

_BITS = 20  # of a row number within its page


class SeenRows:
    """The numbers of rows that were met."""

    def __init__(self) -> None:
        """Hold none."""
        self._pages: defaultdict[int, bytearray] = defaultdict(lambda: bytearray(1 << _BITS))

    def __contains__(self, pk: int) -> bool:
        """Return whether a row was met."""
        page = self._pages.get(pk >> _BITS)
        return page is not None and bool(page[pk & (1 << _BITS) - 1])

    def add(self, pks: Iterable[int]) -> bool:
        """Add rows; return whether one of them was met before."""
        again = 0
        for pk in pks:
            page, at = self._pages[pk >> _BITS], pk & (1 << _BITS) - 1
            again |= page[at]
            page[at] = 1
        return bool(again)
