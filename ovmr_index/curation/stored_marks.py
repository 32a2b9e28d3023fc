"""Marks as the index keeps them: made, cleared, listed, and what a draw with them is known by."""

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from ovmr_index.curation import mark_queries as queries
from ovmr_index.curation.key_queries import named_category, pool_entry
from ovmr_index.curation.mark import KINDS, Change, ExemplarKey, Mark
from ovmr_index.curation.marked import find_marked
from ovmr_index.curation.marked_queries import held_marks
from ovmr_index.curation.said import Said
from ovmr_index.curation.steps import MarkPair, find_mark, make_step, now
from ovmr_index.db.models import ExemplarMark
from ovmr_index.errors import OvmrIndexError, UsageError, command
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary


class PinRanks:
    """The places of new pins: after the last one of their category."""

    def __init__(self, connection: Connection) -> None:
        """Look up a category when its first pin comes."""
        self._connection = connection
        self._next: dict[tuple[str, int], int] = {}

    def of(self, mark: Mark) -> int | None:
        """Return the place of a mark that is new, None where it is no pin."""
        if mark.kind != "pin":
            return None
        category = mark.vocabulary, mark.category_id
        if category not in self._next:
            last = self._connection.execute(queries.last_pin(*category)).scalar()
            self._next[category] = 0 if last is None else last + 1
        self._next[category] += 1
        return self._next[category] - 1


def change_marks(
    connection: Connection,
    kind: str,
    keys: Sequence[ExemplarKey],
    said: Said,
) -> Change:
    """Exclude, pin or clear exemplars in one step.

    Raises UsageError for an exemplar that the pool of its category does not hold, unless a mark of
    it is to be cleared.
    """
    pairs, ranks = [], PinRanks(connection)
    for key in keys:
        before = find_mark(connection, key)
        after = None
        if kind != "clear":
            after = _marked(connection, key, kind, said, before)
        if after is not None and after.rank is None:
            after = after._replace(rank=ranks.of(after))
        if before != after:
            pairs.append(MarkPair(before, after))
    step = make_step(connection, kind, pairs, said.author)
    return Change(kind, len(pairs), len(keys) - len(pairs), step)


def stored_marks(
    connection: Connection,
    vocabulary: str | None,
    category: tuple[int, str] | None,
    kind: str | None,
) -> list[Mark]:
    """Return the marks: of a vocabulary, of a category (id and name), of a kind, where given."""
    found = queries.marks()
    category_id, name = category or (None, None)
    asked = (
        (ExemplarMark.c.vocabulary, vocabulary),
        (ExemplarMark.c.category_key, category_id),
        (ExemplarMark.c.category_name, name),
        (ExemplarMark.c.kind, kind),
    )
    for column, value in asked:
        if value is not None:
            found = found.where(column == value)
    rows = connection.execute(found).all()
    held = _held(connection, {vocabulary for _, _, vocabulary, *_ in rows})
    return [Mark._make((*row, pk not in held)) for pk, *row in rows]


def marks_fingerprint(connection: Connection, vocabulary: str) -> str | None:
    """Return the SHA-256 of what a draw takes from the marks of a vocabulary, None without one.

    It is the same in each index that has the same marks; notes, authors and times do not count.
    """
    rows = stored_rows(connection, vocabulary)
    if not rows:
        return None
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def stored_rows(connection: Connection, vocabulary: str) -> list[list[str | int | None]]:
    """Return what the fingerprint of marks is made of, in the order of `marks`."""
    mark = ExemplarMark.c
    query = queries.marks().where(mark.vocabulary == vocabulary)
    columns = (mark.category_key, mark.kind, mark.source, mark.file_name, mark.region_key)
    return [list(row) for row in connection.execute(query.with_only_columns(*columns))]


def excluded_keys(connection: Connection, vocabulary: str) -> set[tuple[int, str, str | int]]:
    """Return (category id, source, id of the box or path of the image) of what is excluded."""
    mark = ExemplarMark.c
    query = select(mark.category_key, mark.source, mark.region_key, mark.file_name)
    of_vocabulary = query.where(mark.vocabulary == vocabulary, mark.kind == "exclude")
    return {
        (key, source, file_name if region is None else region)
        for key, source, region, file_name in connection.execute(of_vocabulary)
    }


def check_kind(kind: str | None) -> None:
    """Raise UsageError for a kind that marks do not have."""
    if kind is not None and kind not in KINDS:
        raise UsageError(f"{kind!r} is no kind of mark; give one of {', '.join(KINDS)}")


def _held(connection: Connection, vocabularies: set[str]) -> set[int]:
    """Return the pks of the marks of these vocabularies whose exemplars are in pools."""
    held: set[int] = set()
    for name in sorted(vocabularies):
        try:
            vocabulary_pk = find_vocabulary(connection, name)
        except OvmrIndexError:
            continue
        if find_marked(connection, vocabulary_pk):
            held.update(row[0] for row in connection.execute(held_marks()))
    return held


def _marked(
    connection: Connection, key: ExemplarKey, kind: str, said: Said, before: Mark | None
) -> Mark:
    """Return what a mark becomes; a pin that is new has no rank yet."""
    is_same = before is not None and before.kind == kind
    if before is not None and is_same and said.note in (None, before.note):
        return before
    vocabulary_pk = find_vocabulary(connection, key.vocabulary)
    category = connection.execute(named_category(vocabulary_pk, key.category_id)).first()
    if category is None:
        problem = f"there is no category {key.category_id} in {key.vocabulary}"
        raise UsageError(f"{problem}; see {command('coverage')}")
    category_pk, name, synset = category
    if connection.execute(pool_entry(category_pk, key)).first() is None:
        problem = f"the pool of {name!r} does not hold {key.describe()}"
        raise UsageError(f"{problem}; see the view vocabulary_exemplars")
    rank = before.rank if before is not None and is_same else None
    of_category = (key.vocabulary, key.category_id, name, synset)
    return Mark(kind, *of_category, *key[2:], said.note, said.author, now(), rank)
