"""Which category a key of a mapping means: keys are names of categories, or their ids."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats.records import CategoryRecord

_ID = re.compile("-?[0-9]+")
_REMEDY = "give the names of all categories, or the ids of all"


class MappingKeys:
    """The keys of a mapping, by the categories of a source that they mean.

    A key is a name, or else an id. Where one is the name of one category and the id of another, the
    keys are all names or all ids, whichever fits. After `by_id`, `pairs` are keys that mean one
    category: its id and its name.
    """

    def __init__(
        self, keys: Collection[str], categories: Sequence[CategoryRecord], *, prefer_names: bool
    ) -> None:
        """Compare the keys with the categories.

        Args:
            keys: The keys of the mapping.
            categories: The categories of a source.
            prefer_names: Whether keys are names where both fit: nobody gave the categories ids.
        """
        self._keys, self._prefer_names = keys, prefer_names
        self._named: dict[str, list[CategoryRecord]] = {}
        for one in categories:
            self._named.setdefault(one.name, []).append(one)
        self._ids = {str(one.key): one for one in categories}
        self.pairs: list[tuple[str, str]] = []

    def by_id(self, file: Path) -> dict[int, str]:
        """Return the key for each category by its id; some categories may have none.

        Raises:
            RecordError: Both names and ids fit, or neither; it names `file`.
        """
        as_ids = {self._ids[key].key: key for key in self._keys if key in self._ids}
        as_names = {one.key: key for key in self._keys for one in self._named.get(key, ())}
        contested = next(filter(self._is_contested, self._keys), None)
        if contested is None:
            both = sorted(as_ids.keys() & as_names.keys())
            pairs = ((as_ids[one], as_names[one]) for one in both)
            self.pairs = [(by_id, by_name) for by_id, by_name in pairs if by_id != by_name]
            return as_ids | as_names
        if self._are_names() != self._are_ids():
            return as_names if self._are_names() else as_ids
        if self._are_names() and self._prefer_names:
            return as_names
        raise self._error(file, contested)

    def _is_contested(self, key: str) -> bool:
        return key in self._ids and self._named.get(key, [self._ids[key]]) != [self._ids[key]]

    def _are_names(self) -> bool:
        """Return whether every key that means something is a name."""
        return all(key in self._named for key in self._keys if key in self._ids)

    def _are_ids(self) -> bool:
        """Return whether every key that means something is an id, and the others look like one."""
        return all(key in self._ids for key in self._keys if key in self._named) and all(
            map(_ID.fullmatch, self._keys)
        )

    def _error(self, file: Path, key: str) -> RecordError:
        named, numbered = self._named[key][0], self._ids[key]
        problem = (
            f"is the name of category {named.key} and the id of category"
            f" {shortened(numbered.name)!r}"
        )
        return RecordError(file, f"key {key!r}", problem, _REMEDY)
