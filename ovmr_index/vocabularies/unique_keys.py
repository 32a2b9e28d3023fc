"""A key for each category of a vocabulary: unique, whatever its names and synsets are."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class NamedCategory(NamedTuple):
    """What a category is called; `synset` is its name where it has no synset."""

    category_id: int
    synset: str
    name: str


def unique_keys(categories: Iterable[NamedCategory]) -> dict[int, str]:
    """Return a key for each category by its id, the same in every order of the categories.

    It is the category's synset; where others have that too, its name; where the name is another's
    name or synset, the name with the id behind it, as in `cap (3)`.
    """
    of_id = {one.category_id: one for one in categories}
    depths = dict.fromkeys(of_id, 0)
    keys = {category_id: one.synset for category_id, one in of_id.items()}
    todo = list(of_id)
    while crowded := _crowded(keys, depths, todo):
        for category_id in crowded:
            depths[category_id] += 1
            keys[category_id] = _key(of_id[category_id], depths[category_id])
        todo = crowded
    return keys


def _crowded(
    keys: Mapping[int, str], depths: Mapping[int, int], changed: Iterable[int]
) -> list[int]:
    """Return whose key has to change: others have it, of whom the least changed one keeps it.

    Keys that were alone stay alone unless one of the `changed` ones took them.
    """
    taken = {keys[category_id] for category_id in changed}
    holders: dict[str, list[int]] = {}
    for category_id, key in keys.items():
        if key in taken:
            holders.setdefault(key, []).append(category_id)
    return [
        category_id
        for together in holders.values()
        if len(together) > 1
        for category_id in _losers(together, depths)
    ]


def _losers(together: list[int], depths: Mapping[int, int]) -> list[int]:
    """Return all of some categories but the one that is less deep than all others, if one is."""
    least = min(depths[category_id] for category_id in together)
    deeper = [category_id for category_id in together if depths[category_id] > least]
    return deeper if len(deeper) == len(together) - 1 else together


def _key(category: NamedCategory, depth: int) -> str:
    """Return the key of a depth: from 2 on keys of different categories differ in their end."""
    return category.name + f" ({category.category_id})" * (depth - 1)
