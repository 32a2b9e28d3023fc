"""Which leaks a page shows: by how they are known, by category and by dataset."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Self

from ovmr_index.errors import UsageError
from ovmr_index.pools.leak_pairs import Leak

BY = {"id": "same COCO id", "content": "same file", "looks": "looks alike"}

_LONGEST = 18  # digits of an id


class Choice(NamedTuple):
    """A value that a page may be narrowed to, and how many leaks have it."""

    value: str
    label: str
    leaks: int


class LeakFilter(NamedTuple):
    """What leaks must have; an empty text is no condition."""

    by: str = ""
    category: str = ""
    dataset: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """Return the filter that parameters of an address give.

        Raises:
            UsageError: The category is no id, or `by` is none of `BY`.
        """
        found = cls(*(given.get(name, "") for name in cls._fields))
        category = found.category
        if category and not (category.isdecimal() and len(category) <= _LONGEST):
            raise UsageError(f"category {category!r} is no id; give the number of a category")
        if found.by and found.by not in BY:
            raise UsageError(
                f"by {found.by!r}: leaks are known by {', '.join(BY)}; give one of them"
            )
        return found

    def takes(self, leak: Leak) -> bool:
        """Return whether a leak has what the filter asks for."""
        return (
            self.by in ("", leak.by)
            and self.category in ("", str(leak.category_id))
            and self.dataset in ("", leak.dataset)
        )

    def query(self, **changed: str) -> dict[str, str]:
        """Return the parameters of an address with this filter, of which some are changed."""
        given = self._asdict() | changed
        return {name: value for name, value in given.items() if value}

    def choices(self, name: str, leaks: Iterable[Leak]) -> list[Choice]:
        """Return the values of a field among the leaks that the rest of the filter takes."""
        rest = self._replace(**{name: ""})
        counts = Counter(_CHOICES[name](leak) for leak in leaks if rest.takes(leak))
        return [Choice(*one, leaks) for one, leaks in sorted(counts.items(), key=_by_label)]


def _by_label(counted: tuple[tuple[str, str], int]) -> tuple[str, str]:
    (value, label), _ = counted
    return label, value


_CHOICES: dict[str, Callable[[Leak], tuple[str, str]]] = {
    "by": lambda leak: (leak.by, BY[leak.by]),
    "category": lambda leak: (str(leak.category_id), leak.category),
    "dataset": lambda leak: (leak.dataset, leak.dataset),
}
