"""The categories of marks, followed where a source has numbered its categories again."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Text,
    and_,
    case,
    delete,
    exists,
    literal,
    or_,
    select,
    update,
)

from ovmr_index.db.compiled import Written
from ovmr_index.db.json_functions import member, number
from ovmr_index.db.models import WHOLE, ExemplarMark, MarkChange, Vocabulary
from ovmr_index.vocabularies.category_queries import named_categories
from ovmr_index.vocabularies.kept_categories import KeptCategory, follow

_VOCABULARY, _ID, _NAME, _SYNSET = range(1, 5)  # places in a list of `mark_changes`


class _Renamed(
    Written[str],
    kind=Text(),
    sqlite="json_set({0}, '$[2]', {1}, '$[3]', {2}, '$[4]', {3})",
    postgresql="CAST(jsonb_set(jsonb_set(jsonb_set(CAST({0} AS jsonb), '{{2}}', to_jsonb({1})),"
    " '{{3}}', to_jsonb({2})), '{{4}}', coalesce(to_jsonb({3}), CAST('null' AS jsonb))) AS text)",
):
    """A list of `mark_changes` with another id, name and synset of its category."""


class _Moved(NamedTuple):
    """A category as marks keep it, and as it is called now."""

    before: KeptCategory
    now: KeptCategory


def follow_marked_categories(connection: Connection, vocabulary_pk: int) -> None:
    """Give the marks of a vocabulary the ids and names that their categories have now.

    One whose category is gone, or cannot be told, keeps what it has: it is missing until then.
    """
    query = select(Vocabulary.c.name).where(Vocabulary.c.pk == vocabulary_pk)
    vocabulary = connection.execute(query).scalar_one()
    kept = _kept(connection, vocabulary)
    if not kept:
        return
    now = [KeptCategory._make(row) for row in connection.execute(named_categories(vocabulary_pk))]
    moved = _moved(kept, now)
    for one in moved:
        _move(connection, vocabulary, one)
    if moved:
        key = ExemplarMark.c.category_key
        connection.execute(delete(ExemplarMark).where(_is_replaced()))
        connection.execute(update(ExemplarMark).where(key < 0).values(category_key=-1 - key))


def _kept(connection: Connection, vocabulary: str) -> list[KeptCategory]:
    mark = ExemplarMark.c
    columns = (mark.category_key, mark.category_name, mark.category_synset)
    query = (
        select(*columns)
        .where(mark.vocabulary == vocabulary)
        .distinct()
        .order_by(*columns[:2], columns[2].nulls_first())
    )
    return [KeptCategory._make(row) for row in connection.execute(query)]


def _moved(kept: Iterable[KeptCategory], now: list[KeptCategory]) -> list[_Moved]:
    """Return the categories that have another id, name or synset now."""
    by_id = {one.category_id: one for one in now}
    return [
        _Moved(layer[key], by_id[there])
        for layer in _layers(kept)
        for key, there in follow(layer.values(), now).ids.items()
        if layer[key] != by_id[there]
    ]


def _layers(kept: Iterable[KeptCategory]) -> list[dict[int, KeptCategory]]:
    """Return categories by id; one that shares its id with another is in the next layer.

    What was marked under one id before and after a source was numbered again is two categories.
    """
    layers: list[dict[int, KeptCategory]] = []
    for one in kept:
        layer = next((each for each in layers if one.category_id not in each), None)
        if layer is None:
            layers.append(layer := {})
        layer[one.category_id] = one
    return layers


def _move(connection: Connection, vocabulary: str, moved: _Moved) -> None:
    """Write what a category is called now; its id below 0, apart from those yet to be moved."""
    before, now = moved
    mark = ExemplarMark.c
    is_kept = and_(
        mark.vocabulary == vocabulary,
        mark.category_key == before.category_id,
        mark.category_name == before.name,
        mark.category_synset.is_not_distinct_from(before.synset),
    )
    called = {"category_name": now.name, "category_synset": now.synset}
    change = update(ExemplarMark).where(is_kept)
    connection.execute(change.values(category_key=-1 - now.category_id, **called))
    for text in (MarkChange.c.before, MarkChange.c.after):
        is_same = and_(
            member(text, _VOCABULARY) == vocabulary,
            number(text, _ID) == before.category_id,
            member(text, _NAME) == before.name,
            member(text, _SYNSET).is_not_distinct_from(before.synset),
        )
        written = _Renamed(text, literal(now.category_id, WHOLE), *_literals(now.name, now.synset))
        connection.execute(update(MarkChange).where(is_same).values({text: written}))


def _literals(*texts: str | None) -> Iterator[BindParameter[str | None]]:
    return (literal(text, Text) for text in texts)


def _is_replaced() -> ColumnElement[bool]:
    """Whether another mark of the same exemplar moves to the category of a mark."""
    mark, other = ExemplarMark.c, ExemplarMark.alias()
    goes_to = case((mark.category_key < 0, -1 - mark.category_key), else_=mark.category_key)
    return exists(other.c.pk).where(
        other.c.category_key == -1 - goes_to,
        or_(mark.category_key >= 0, other.c.pk > mark.pk),
        *(other.c[name] == mark[name] for name in ("vocabulary", "source", "file_name")),
        other.c.region_key.is_not_distinct_from(mark.region_key),
    )
