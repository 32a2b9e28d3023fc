"""Which categories of a vocabulary the lists of a partition mean."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from ovmr_index.db.models import Category, Synset
from ovmr_index.errors import UsageError, naming, shortened, unknown
from ovmr_index.vocabularies.list_files import CategoryRef, PartitionLists
from ovmr_index.vocabularies.partition_filter import Part
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

_SHOWN = 10


def listed_parts(
    connection: Connection, vocabulary: str, lists: PartitionLists
) -> dict[Part, set[int]]:
    """Return the keys of the categories in each part; base are all others if it is not given.

    Raises:
        UsageError: A category is unknown, ambiguous or in both parts, or none is novel. Where the
            lists are of a file it names the file, and the line or the element.
    """
    keys = _Keys(connection, vocabulary)
    novel = keys.find_all(lists, "novel", lists.novel)
    base = None if lists.base is None else keys.find_all(lists, "base", lists.base)
    with naming(lists.file):
        if both := novel.keys() & (base or {}):
            raise UsageError(
                f"categories are base and novel at once: {_listed(both, base or {})}; fix the lists"
            )
        if not novel:
            raise UsageError("no category is novel; give at least one")
    return {"base": keys.all - {*novel} if base is None else {*base}, "novel": {*novel}}


class _Keys:
    """The keys of a vocabulary's categories by what people call them."""

    def __init__(self, connection: Connection, vocabulary: str) -> None:
        self._vocabulary = vocabulary
        self._called: dict[CategoryRef, set[int]] = {}
        query = (
            select(Category.c.key, Category.c.name, Synset.c.name, Synset.c.wnid)
            .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
            .where(Category.c.vocabulary_pk == find_vocabulary(connection, vocabulary))
            .order_by(Category.c.position)
        )
        self.all: set[int] = set()
        for key, name, synset, wnid in connection.execute(query):
            self.all.add(key)
            names: set[CategoryRef] = {key, str(key), name, synset or name, wnid or name}
            for called in names:
                self._called.setdefault(called, set()).add(key)

    def find_all(
        self, lists: PartitionLists, part: Part, names: Sequence[CategoryRef]
    ) -> dict[int, str]:
        """Return where each category of a part is in its file, by key; raises UsageError."""
        found: dict[int, str] = {}
        for i, name in enumerate(names):
            where = lists.where(part, i)
            with naming(lists.file, where):
                found.setdefault(self.find(name), where)
        return found

    def find(self, name: CategoryRef) -> int:
        """Return the key of the one category that is called so; raises UsageError."""
        found = self._called.get(name, set())
        if not found:
            names = (one for one in self._called if isinstance(one, str) and not one.isdecimal())
            raise unknown(
                "category", name, names, within=self._vocabulary, see="fix the list of categories"
            )
        if len(found) > 1:
            number = " as a number in JSON" if name in [*map(str, found)] else ""
            called = f"categories of {self._vocabulary} are called {shortened(str(name))!r}"
            raise UsageError(f"{len(found)} {called}; give the id of one{number}")
        return min(found)


def _listed(keys: Iterable[int], places: Mapping[int, str]) -> str:
    """Return the first keys, each with where in a file it is."""
    first = sorted(keys)[:_SHOWN]
    return ", ".join(f"{key} ({places[key]})" if places[key] else str(key) for key in first)
