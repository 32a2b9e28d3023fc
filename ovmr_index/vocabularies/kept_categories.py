"""Categories that something keeps, found again in a vocabulary that a source may have renumbered.

Partitions and saved samples keep the id, the name and the synset of each of their categories.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ovmr_index.errors import folded, shortened
from ovmr_index.vocabularies.notes import listed

_SHOWN = 10

Mark = tuple[str, Any]  # what categories may share: the name of a field, and its value


class KeptCategory(NamedTuple):
    """A category as it was called when it was kept; `name` and `synset` as far as is known."""

    category_id: int
    name: str | None
    synset: str | None

    def describe(self) -> str:
        """Return the category as messages name it."""
        return f"{self.category_id} {self.called()}"

    def called(self) -> str:
        """Return the name and synset as messages have them."""
        name = "without a name" if self.name is None else repr(shortened(self.name))
        return name if self.synset is None else f"{name} ({shortened(self.synset)})"


class Followed(NamedTuple):
    """Where kept categories are now.

    `ids` are the ids that they have now, by the ids that they had. `gone` are no longer in the
    vocabulary. `unclear` may be another category by now, which is given with each.
    """

    ids: dict[int, int]
    gone: list[KeptCategory]
    unclear: list[tuple[KeptCategory, KeptCategory]]

    @property
    def moved(self) -> dict[int, int]:
        """Return the ids that have changed."""
        return {before: now for before, now in self.ids.items() if before != now}

    def describe_unclear(self, vocabulary: str, kept_in: str) -> str:
        """Return a line of the categories that cannot be told: `kept_in` names what keeps them."""
        said = [
            f"category {now.category_id} is {now.called()} in {vocabulary} and"
            f" {'' if one.category_id == now.category_id else f'{one.category_id} was '}"
            f"{one.called()} where the {kept_in} was made"
            for one, now in self.unclear
        ]
        return listed(said, _SHOWN)


def follow(kept: Iterable[KeptCategory], now: Sequence[KeptCategory]) -> Followed:
    """Find each kept category among those of a vocabulary.

    It is the one that has its id, name and synset; else the only one left with its name and
    synset, first as they are written, then in any case and with spaces, `-` or `_`; else the only
    one left with its synset, with its name and no other synset, or with its name and id. Unclear is
    what is left of both and has an id, a name or a synset in common, and what has another id now
    while a second one is called the same.
    """
    before = {one.category_id: one for one in kept}
    after = {one.category_id: one for one in now}
    found = _Finder(before, after)
    found.match(_as_it_was)
    stayed = {*found.ids}
    found.match(_called_the_same)
    if found.now and (found.kept or stayed != found.ids.keys()):
        found.fold_names()
        found.match(_called_the_same)
        found.match(_much_alike)
        found.take_back(before[key] for key in before.keys() - stayed)
    pairs = [(key, other) for key, one in found.kept.items() for other in [*found.alike(one)][:1]]
    unclear = [(before[key], after[other.category_id]) for key, other in pairs]
    left = {key for key, _ in pairs}
    return Followed(found.ids, [before[key] for key in found.kept if key not in left], unclear)


class _Finder:
    """The categories of both sides that are not found yet, and those that are."""

    def __init__(self, kept: Mapping[int, KeptCategory], now: Mapping[int, KeptCategory]) -> None:
        self.kept, self.now = dict(kept), dict(now)
        self.ids: dict[int, int] = {}
        self._mark()

    def fold_names(self) -> None:
        """Compare what is left by names in any case and with spaces, `-` or `_` from here on."""
        self.kept = {key: _folded(one) for key, one in self.kept.items()}
        self.now = {key: _folded(one) for key, one in self.now.items()}
        self._mark()

    def match(self, same: Callable[[KeptCategory, KeptCategory], bool]) -> None:
        """Take the pairs that are the same of which neither side has a second one."""
        pairs = [
            (one.category_id, other.category_id)
            for one in self.kept.values()
            for other in self.alike(one)
            if same(one, other)
        ]
        of_kept, of_now = (Counter(pair[side] for pair in pairs) for side in (0, 1))
        for before, now in pairs:
            if of_kept[before] == of_now[now] == 1:
                self.ids[before] = now
                del self.kept[before], self.now[now]

    def take_back(self, kept: Iterable[KeptCategory]) -> None:
        """Take back the pairs of those that one left is called the same as: it may be that one."""
        for one in map(_folded, kept):
            if one.category_id in self.ids and any(
                _called_the_same(one, other) for other in self.alike(one)
            ):
                self.kept[one.category_id] = one
                del self.ids[one.category_id]

    def alike(self, one: KeptCategory) -> Iterable[KeptCategory]:
        """Return the categories left that share its id, name or synset, each once."""
        found = (other for mark in _marks(one) for other in self._marked.get(mark, ()))
        left = (other for other in found if other.category_id in self.now)
        return {other.category_id: other for other in left}.values()

    def _mark(self) -> None:
        self._marked: dict[Mark, list[KeptCategory]] = {}
        for other in self.now.values():
            for mark in _marks(other):
                self._marked.setdefault(mark, []).append(other)


def _folded(one: KeptCategory) -> KeptCategory:
    """Return a category by what people mean; signs alone, of which nothing would be left, stay."""
    name, synset = (text and (folded(text) or text) for text in one[1:])
    return KeptCategory(one.category_id, name, synset)


def _marks(one: KeptCategory) -> list[Mark]:
    return [(name, value) for name, value in one._asdict().items() if value is not None]


def _as_it_was(one: KeptCategory, other: KeptCategory) -> bool:
    """Return whether two are one, as far as is known: old indexes kept less."""
    is_named = one.name in (None, other.name)
    is_meant = one.synset == other.synset or (one.synset is None and one.name is None)
    return one.category_id == other.category_id and is_named and is_meant


def _called_the_same(one: KeptCategory, other: KeptCategory) -> bool:
    return one.name == other.name and one.synset == other.synset


def _much_alike(one: KeptCategory, other: KeptCategory) -> bool:
    if one.synset is not None and one.synset == other.synset:
        return True
    same_name = one.name is not None and one.name == other.name
    return same_name and (
        None in (one.synset, other.synset) or one.category_id == other.category_id
    )
