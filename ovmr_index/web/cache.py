"""What pages keep between requests, for as long as the index does not change."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Cache:
    """One value a key, each made of a state: a value of another state is made again.

    Requests that ask for one key at the same time wait for the first, which makes the value.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Hashable, Any]] = {}
        self._locks: dict[Hashable, Lock] = {}

    def get(self, key: Hashable, state: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made by `make` unless it is there for this state."""
        with self._locks.setdefault(key, Lock()):
            kept = self._kept.get(key)
            if kept is None or kept[0] != state:
                kept = self._kept[key] = (state, make())
            value: T = kept[1]
            return value

    def last(self, key: Hashable, error: Exception) -> Any:
        """Return the value that a key had last; raises the error where it had none."""
        if key not in self._kept:
            raise error
        return self._kept[key][1]
