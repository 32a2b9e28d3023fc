"""Names of labels, each another: some packages refuse a name that two categories have."""

from collections import Counter
from collections.abc import Iterable


def distinct(names: Iterable[tuple[int, str]]) -> list[str]:
    """Return the name of each (category id, name), with the id behind one that several have."""
    listed = list(names)
    counts = Counter(name for _, name in listed)
    return [name if counts[name] == 1 else f"{name} ({key})" for key, name in listed]
