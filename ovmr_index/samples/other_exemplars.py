"""Whether the exemplars of a sample's file are those of the vocabulary, and those of the index.

Ids mean something within one file of one dataset. A sample of other categories, of another split or
of another release has the same ids too: what it says beside them decides.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select

from ovmr_index.db.models import Sample, Vocabulary
from ovmr_index.db.stored_json import decoded
from ovmr_index.errors import RecordError, command, folded, shortened
from ovmr_index.formats.records import Box
from ovmr_index.pools.stored_recipe import stored_recipe
from ovmr_index.pools.substitutes import Substitutes, published_substitutes
from ovmr_index.samples.differences import own_members
from ovmr_index.samples.import_report import CategoryEntries
from ovmr_index.samples.match_queries import MatchedEntry
from ovmr_index.samples.sample_file import SampleEntry, vocabulary_remedy
from ovmr_index.vocabularies.names import LVIS_TRAIN

_ROUNDED = 1  # pixel by which a number may differ
_ALIKE = 0.9  # of two boxes: their intersection over their union


class _Recipe(Struct):
    """What is read of the recipe of a saved sample."""

    substitutes: dict[str, list[str]] = {}


_RECIPE = msgspec.json.Decoder(_Recipe | None)


def require_same_categories(
    connection: Connection, vocabulary_pk: int, file: Path, listed: Sequence[CategoryEntries]
) -> None:
    """Raise RecordError where the synset of an exemplar is not that of the category of its list.

    It may be that of a substitute: by the recipe of the pools, the published one, or one by which a
    saved sample of the vocabulary was drawn.
    """
    known = [*_substitutes(connection, vocabulary_pk)]
    wrong = [
        (position, one, entry)
        for position, one in enumerate(listed)
        for entry in _others(one, known)
    ]
    if not wrong:
        return
    position, one, (nth, entry) = wrong[0]
    called = f"category {one.category_id} is {shortened(one.name)!r} ({shortened(one.synset)})"
    more = f"; so are {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
    raise RecordError(
        file,
        f"[{position}][{nth}] ({entry.dataset} {shortened(entry.file_name)})",
        f"is of {shortened(entry.synset)!r}, and {called} in the index{more}",
        f"{vocabulary_remedy()}; if it is a substitute, run"
        f" {command('collate', substitutes='FILE')} with a file that names it",
    )


def why_another(one: CategoryEntries, entry: SampleEntry, here: MatchedEntry) -> str | None:
    """Return why what the index has under the ids of an entry is not what the file means.

    None where it is, as far as the file says: on its image, of its box, and labelled so.
    """
    difference = _difference(one, entry, here)
    return None if difference is None else f"{entry.describe()} {difference}"


def own_synset(one: CategoryEntries, entry: SampleEntry) -> str | None:
    """Return the synset of a category where an entry names it, or the category, in any case."""
    is_own = any(_is_called(entry.synset, name) for name in (one.synset, one.name))
    return one.synset if is_own else None


def _difference(one: CategoryEntries, entry: SampleEntry, here: MatchedEntry) -> str | None:
    if here.by_id > 1 and _own_name(here) != entry.file_name:
        return f"is on {here.file_name} in the index"
    if not here.same_box and not _are_alike(entry.box, (here.x, here.y, here.w, here.h)):
        held = [here.x, here.y, here.w, here.h]
        return f"is {list(entry.box or ())} in the file, and another here: {held}"
    is_own = own_synset(one, entry) is not None
    if is_own and here.own_folder is not None:
        is_same = here.own_folder == one.name
        return None if is_same else f"is of category {here.own_folder!r} in the index"
    if is_own and here.category_id is not None:  # a substitute's is another one's
        is_same = here.category_id == one.category_id
        return None if is_same else f"is of category {here.category_id} in the index"
    named = [entry.synset, one.synset] if is_own else [entry.synset]
    if here.among or any(_is_called(here.synset or "", name) for name in named):
        return None
    label = here.synset or "of no synset or of several"
    return f"is {label} in the index, {shortened(entry.synset)} in the file"


def _others(
    one: CategoryEntries, known: Sequence[Substitutes]
) -> Iterator[tuple[int, SampleEntry]]:
    """Yield the exemplars of a list, with their places, that are of no synset of its category."""
    names = {one.name, one.synset}
    names.update(name for substitutes in known for name in substitutes.get(one.synset, ()))
    others = {entry.synset for entry in one.entries} - names
    if others:
        forms = set(map(folded, names))
        others = {synset for synset in others if folded(synset) not in forms}
    return ((i, entry) for i, entry in enumerate(one.entries) if entry.synset in others)


def _substitutes(connection: Connection, vocabulary_pk: int) -> Iterator[Substitutes]:
    """Yield the substitutes that samples of a vocabulary may have been drawn by."""
    yield stored_recipe(connection, vocabulary_pk).all_substitutes()
    yield published_substitutes()
    name = select(Vocabulary.c.name).where(Vocabulary.c.pk == vocabulary_pk).scalar_subquery()
    recipes = (
        select(Sample.c.recipe, func.min(Sample.c.name))
        .where(func.coalesce(Sample.c.vocabulary, LVIS_TRAIN) == name)
        .group_by(Sample.c.recipe)
        .order_by(Sample.c.recipe)
    )
    for text, sample in connection.execute(recipes):
        remedy = f"run {command('sample rm', sample)}, and draw it again"
        recipe = decoded(_RECIPE, text or "null", "samples.recipe", sample, remedy)
        if recipe is not None:
            yield recipe.substitutes


def _is_called(name: str, other: str) -> bool:
    return name == other or folded(name) == folded(other)


def _own_name(here: MatchedEntry) -> Any:
    """Return the member `file_name` that an object has of its own, and that stands for ours."""
    return own_members(here).get("file_name")


def _are_alike(one: Box | None, other: Sequence[Any]) -> bool:
    """Whether two boxes are one that was rounded or drawn a little better."""
    if one is None or None in other:
        return True
    if all(abs(a - b) <= _ROUNDED for a, b in zip(one, other, strict=True)):
        return True
    (x, y, w, h), (left, top, width, height) = one, other
    across = min(x + w, left + width) - max(x, left)
    down = min(y + h, top + height) - max(y, top)
    shared = max(across, 0) * max(down, 0)
    return bool(shared >= _ALIKE * (w * h + width * height - shared))
