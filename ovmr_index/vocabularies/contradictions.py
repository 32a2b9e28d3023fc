"""Exemplars whose list is one category's and whose own id is another's."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.errors import counted, shortened
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.file_categories import Ids, identify
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary
from ovmr_index.vocabularies.training_file import FileCategory, LabelCounts

_SHOWN = 10


class Contradiction(NamedTuple):
    """Exemplars with an id that is none of those that their list may mean; `says` says so."""

    listed: Ids
    own_id: int
    entries: int
    says: str


def contradictions(
    connection: Connection, vocabulary: str, labels: LabelCounts, keys: Mapping[str, Ids]
) -> list[Contradiction]:
    """Return where the key or the place of a list and the ids of its exemplars disagree.

    Args:
        connection: The index.
        vocabulary: The name of the vocabulary.
        labels: What a file labels. A list of lists has a place for each category only where there
            are as many lists as categories.
        keys: What the keys of its lists mean, as `ids_of_keys` says.
    """
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    names = {key: name for _, key, _, name in connection.execute(categories(vocabulary_pk))}
    found = [
        (keys[key], own_id, count, f"`{shortened(key)}`")
        for (key, own_id), count in labels.keyed.items()
        if key in keys
    ]
    if labels.lists == len(names):
        ids = sorted(names)
        found += [
            (frozenset([ids[place]]), own_id, count, f"[{place}]")
            for (place, own_id), count in labels.places.items()
        ]
    return [
        Contradiction(listed, own_id, count, _describe(where, listed, own_id, count, names))
        for listed, own_id, count, where in found
        if own_id in names and own_id not in listed
    ]


def notes_of(found: Sequence[Contradiction]) -> list[str]:
    """Return what is said of contradictions, the first ones by name."""
    more = len(found) - _SHOWN
    rest = [f"{counted(more, 'list')} more with exemplars of other categories"] if more > 0 else []
    return [one.says for one in found[:_SHOWN]] + rest


def ids_of_keys(connection: Connection, vocabulary: str, labels: LabelCounts) -> dict[str, Ids]:
    """Return the ids that each key of an object of lists may mean, without those unknown."""
    keys = list(dict.fromkeys(key for key, _ in labels.keyed))
    held = {-number: FileCategory(key=key) for number, key in enumerate(keys, 1)}
    ids = identify(connection, vocabulary, held, ()).ids if held else {}
    return {key: ids[-number] for number, key in enumerate(keys, 1) if -number in ids}


def _describe(where: str, listed: Ids, own_id: int, count: int, names: Mapping[int, str]) -> str:
    """Return where a list and its exemplars disagree, in words."""
    own = f"category {own_id} {shortened(names[own_id])!r}"
    list_is = " or ".join(f"{one} {shortened(names[one])!r}" for one in sorted(listed))
    entries = counted(count, "exemplar says", "exemplars say")
    return f"{where} is the list of category {list_is}, but {entries} {own}"
