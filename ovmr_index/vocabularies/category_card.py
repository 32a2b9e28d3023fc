"""What is known of one category as such, and which stand beside it in its vocabulary."""

import json
from typing import NamedTuple

from sqlalchemy import Connection, Select, select

from ovmr_index.db.bulk import Query
from ovmr_index.errors import unknown
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.category_view import DESCRIBED

_LARGEST_ID = 2**63 - 1  # that the index can hold


class NamedCategory(NamedTuple):
    """A category by its id, to lead to it."""

    category_id: int
    category: str


class CategoryCard(NamedTuple):
    """A category: what its vocabulary and WordNet say of it.

    `pk` is its row number. `position` counts from 0. `before` and `after` stand beside it in the
    order of the vocabulary.
    """

    pk: int
    category_id: int
    category: str
    position: int
    synset: str | None
    wnid: str | None
    frequency: str | None
    definition: str | None
    synonyms: list[str]
    before: NamedCategory | None
    after: NamedCategory | None


def category_card(
    connection: Connection, vocabulary: str, vocabulary_pk: int, category_id: int
) -> CategoryCard:
    """Return the category with an id.

    Raises:
        UsageError: The vocabulary has no category with this id.
    """
    row = None
    if category_id <= _LARGEST_ID:
        described = connection.execute(_described(vocabulary, category_id))
        row = described.mappings().one_or_none()
    if row is None:
        known = [str(one.key) for one in connection.execute(categories(vocabulary_pk))]
        raise unknown("category", str(category_id), known, see="give the id of a category")
    pks = {one.key: one.pk for one in connection.execute(categories(vocabulary_pk))}
    found = connection.execute(_beside(vocabulary, row["position"])).all()
    beside = {one.position - row["position"]: NamedCategory(*one[:2]) for one in found}
    said = dict(row) | {"synonyms": _names(row["synonyms"])}
    return CategoryCard(pk=pks[category_id], before=beside.get(-1), after=beside.get(1), **said)


def _described(vocabulary: str, category_id: int) -> Query:
    """Return what a `CategoryCard` has of a category, but for its pk and what is beside it."""
    names = CategoryCard._fields[1 : CategoryCard._fields.index("before")]
    return (
        select(*(DESCRIBED.c[name] for name in names))
        .where(DESCRIBED.c.vocabulary == vocabulary, DESCRIBED.c.category_id == category_id)
        .order_by(DESCRIBED.c.position)
    )


def _beside(vocabulary: str, position: int) -> Select[int, str, int]:
    """Return (id, name, position) of the categories before and after a position."""
    return (
        select(DESCRIBED.c.category_id, DESCRIBED.c.category, DESCRIBED.c.position)
        .where(
            DESCRIBED.c.vocabulary == vocabulary,
            DESCRIBED.c.position.in_((position - 1, position + 1)),
        )
        .order_by(DESCRIBED.c.position)
    )


def _names(synonyms: str | None) -> list[str]:
    """Return the texts of a JSON list; a vocabulary may keep another thing by that name."""
    try:
        found = json.loads(synonyms or "[]")
    except ValueError:
        return []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
