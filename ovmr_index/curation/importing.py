"""The marks of a file, brought into an index that may have marks of the same exemplars."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.curation.mark import Change, Mark
from ovmr_index.curation.steps import MarkPair, find_mark, make_step
from ovmr_index.curation.stored_marks import PinRanks
from ovmr_index.errors import counted, naming, option
from ovmr_index.vocabularies.category_queries import named_categories
from ovmr_index.vocabularies.kept_categories import KeptCategory, follow
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary


def import_marks(
    connection: Connection, file: Path, marks: Sequence[Mark], *, replace: bool
) -> Change:
    """Store the marks of a file in one step; what is marked otherwise here stays, and is named.

    Categories are followed to the ids that they have here. With `replace` marks of the file take
    the place of others. Raises UsageError for a vocabulary that the index does not hold.
    """
    pairs, kept, ranks = list[MarkPair](), list[str](), PinRanks(connection)
    with naming(file):
        marks = [
            one for name, some in _by_vocabulary(marks) for one in _here(connection, name, some)
        ]
    for mark in marks:
        before = find_mark(connection, mark.key)
        if before is not None and not _differ(before, mark):
            continue
        if before is not None and not replace:
            kept.append(f"{mark.key.describe()} of category {mark.category_id} is marked otherwise")
            continue
        stays_pin = before is not None and before.kind == mark.kind == "pin"
        rank = before.rank if before is not None and stays_pin else ranks.of(mark)
        pairs.append(MarkPair(before, mark._replace(rank=rank)))
    step = make_step(connection, "import", pairs, None)
    if kept:
        said = counted(len(kept), "mark of the file was", "marks of the file were")
        instead = option("replace", value=True)
        kept.insert(0, f"{said} left out, as the index has another: give {instead} to take them")
    return Change("import", len(pairs), len(marks) - len(pairs), step, tuple(kept))


def _by_vocabulary(marks: Sequence[Mark]) -> list[tuple[str, list[Mark]]]:
    found: dict[str, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.vocabulary, []).append(mark)
    return list(found.items())


def _here(connection: Connection, vocabulary: str, marks: Sequence[Mark]) -> list[Mark]:
    """Return marks with their categories as the index has them, as far as these can be told."""
    vocabulary_pk = find_vocabulary(connection, vocabulary)
    rows = connection.execute(named_categories(vocabulary_pk))
    now = {one.category_id: one for one in map(KeptCategory._make, rows)}
    kept = {
        one.category_id: KeptCategory(one.category_id, one.category, one.synset) for one in marks
    }
    ids = follow(kept.values(), list(now.values())).ids
    return [
        _moved(mark, now[ids[mark.category_id]]) if mark.category_id in ids else mark
        for mark in marks
    ]


def _moved(mark: Mark, category: KeptCategory) -> Mark:
    name = category.name or mark.category
    return mark._replace(category_id=category.category_id, category=name, synset=category.synset)


def _differ(one: Mark, other: Mark) -> bool:
    """Return whether two marks of an exemplar say different things; places of pins aside."""
    return one._replace(rank=None, missing=False) != other._replace(rank=None, missing=False)
