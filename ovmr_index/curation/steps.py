"""Marks are changed in steps, each of which is kept whole and can be taken back."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert

from ovmr_index.curation import mark_queries as queries
from ovmr_index.curation.mark import Change, ExemplarKey, Mark
from ovmr_index.db.models import ExemplarMark, MarkChange, MarkStep
from ovmr_index.db.stored_json import decoded
from ovmr_index.errors import UsageError, command

_MARK = msgspec.json.Decoder(Mark)


class MarkPair(NamedTuple):
    """A mark before and after a step; None where there is none."""

    before: Mark | None
    after: Mark | None

    @property
    def key(self) -> ExemplarKey:
        """Which exemplar the mark is of."""
        found = self.before or self.after
        assert found is not None
        return found.key


class LaterChange(NamedTuple):
    """A change that a step made, and by whom."""

    step: int
    author: str | None
    pair: MarkPair


def now() -> str:
    """Return the time (UTC) as marks keep it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def find_mark(connection: Connection, key: ExemplarKey) -> Mark | None:
    """Return the mark of an exemplar, None without one."""
    row = connection.execute(queries.marks().where(queries.at_key(key))).first()
    return None if row is None else Mark._make((*row[1:], False))


def make_step(
    connection: Connection,
    kind: str,
    pairs: Sequence[MarkPair],
    author: str | None,
    undoes: int | None = None,
) -> int | None:
    """Store what a step changes, and the step; return its number, None where nothing changes.

    One that takes another back is stored even so: that one is not to be taken back again.
    """
    if not pairs and undoes is None:
        return None
    made = insert(MarkStep).values(kind=kind, author=author, made_at=now(), undoes_pk=undoes)
    step = connection.execute(made.returning(MarkStep.c.pk)).scalar_one()
    for position, pair in enumerate(pairs):
        connection.execute(delete(ExemplarMark).where(queries.at_key(pair.key)))
        if pair.after is not None:
            connection.execute(insert(ExemplarMark).values(_values(pair.after)))
        before, after = map(_text, pair)
        change = {"step_pk": step, "position": position, "before": before, "after": after}
        connection.execute(insert(MarkChange).values(change))
    return step


def take_back(connection: Connection, author: str | None) -> Change:
    """Take back the last step that was not, of anybody or of one author.

    What somebody changed since stays, and the change names it. Raises UsageError where there is
    no step to take back.
    """
    found = connection.execute(queries.last_step(author)).first()
    if found is None:
        of_author = "" if author is None else f" of {author}"
        raise UsageError(f"there is no step{of_author} to take back; see {command('curate list')}")
    undone, kind = found
    pairs, notes = [], []
    for pair in _pairs(connection.execute(queries.changes_of(undone)).all()):
        current = find_mark(connection, pair.key)
        if current == pair.after:
            pairs.append(MarkPair(current, pair.before))
        else:
            by = "" if current is None or current.author is None else f" by {current.author}"
            notes.append(f"{pair.key.describe()} was marked again since{by}: it stays")
    step = make_step(connection, "undo", pairs, author, undoes=undone)
    return Change(f"undo {kind}", len(pairs), len(notes), step, tuple(notes))


def later_changes(connection: Connection, step: int) -> Iterator[LaterChange]:
    """Yield the changes of the steps after one, in order."""
    for number, author, *texts in connection.execute(queries.changes_since(step)):
        (pair,) = _pairs([texts])
        yield LaterChange(number, author, pair)


def _pairs(rows: Iterable[Iterable[str | None]]) -> list[MarkPair]:
    return [MarkPair(*map(_mark, row)) for row in rows]


def _mark(text: str | None) -> Mark | None:
    if text is None:
        return None
    remedy = f"run {command('curate export')} to keep what is marked"
    return decoded(_MARK, text, "mark_changes", "a step", remedy)


def _text(mark: Mark | None) -> str | None:
    return None if mark is None else json.dumps(mark, ensure_ascii=False)


def _values(mark: Mark) -> dict[str, object]:
    """Return a mark as the columns of `ExemplarMark`."""
    return {
        "kind": mark.kind,
        "vocabulary": mark.vocabulary,
        "category_key": mark.category_id,
        "category_name": mark.category,
        "category_synset": mark.synset,
        "source": mark.source,
        "file_name": mark.file_name,
        "region_key": mark.region_id,
        "note": mark.note,
        "author": mark.author,
        "marked_at": mark.at,
        "position": mark.rank,
    }
