"""A long list, a page of it at a time."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self, TypeVar

T = TypeVar("T")


class Paging(NamedTuple):
    """One page of a list: its number from 1, how many there are, and where it is in the list.

    `first` is the place of its first item, from 0.
    """

    number: int
    pages: int
    first: int
    size: int

    @classmethod
    def of(cls, given: Mapping[str, str], count: int, size: int) -> Self:
        """Return the page that the parameter `page` of an address asks for, or the nearest."""
        pages = max(1, -(-count // size))
        asked = given.get("page", "")
        number = min(max(1, int(asked[:9])), pages) if asked.isdecimal() and asked.isascii() else 1
        return cls(number, pages, (number - 1) * size, size)

    def part(self, items: Sequence[T]) -> Sequence[T]:
        """Return the items of the page."""
        return items[self.first : self.first + self.size]
