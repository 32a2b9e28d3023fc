"""Synsets near another in WordNet, which may lend it their exemplars."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, case, func, literal, null, or_, select, union_all

from ovmr_index.db.models import Category, Hypernym, Synset
from ovmr_index.queries import Query

REACH = 3  # steps up and down together

_SAME_WORD, _SAME_HEAD = 2, 3


def category_synset(category_row: int) -> Query:
    """Return (key, synset row, synset, its lemmas with spaces between) of a category."""
    return (
        select(Category.key, Synset.id, Synset.name, Synset.lemmas)
        .join(Synset, Synset.id == Category.synset_id)
        .where(Category.id == category_row)
    )


def known_to_wordnet(category_rows: Sequence[int]) -> Select[int]:
    """Return those of some categories' rows that have a synset of WordNet, by key."""
    return (
        select(Category.id)
        .join(Synset, Synset.id == Category.synset_id)
        .where(Category.id.in_(category_rows), Synset.lemmas.is_not(None))
        .order_by(Category.key)
    )


def neighbours(synset_id: int, lemmas: Sequence[str]) -> Query:
    """Return the synsets near a synset whose words are `lemmas`, each once, by distance and name.

    Columns: synset_id; name; distance; up and down, how many hypernyms up and then hyponyms down
    the way leads, null where not the tree but a word leads there.

    In the tree the distance is the number of steps. By their words it is 2 where they share one, or
    one is the head of the other's compound (ring, wedding_ring), and 3 where compounds share their
    head (laundry_detergent, dishwasher_detergent).
    """
    found = union_all(_in_tree(synset_id), _by_word(lemmas)).subquery("found")
    order = found.c.distance, func.coalesce(found.c.up, REACH + 1)
    rank = func.row_number().over(partition_by=found.c.synset_id, order_by=order)
    ranked = select(found, rank.label("rank")).subquery("ranked")
    return (
        select(
            ranked.c.synset_id,
            Synset.name.label("name"),
            ranked.c.distance,
            ranked.c.up,
            ranked.c.down,
        )
        .join(Synset, Synset.id == ranked.c.synset_id)
        .where(ranked.c.rank == 1, ranked.c.synset_id != synset_id)
        .order_by(ranked.c.distance, Synset.name)
    )


def _in_tree(synset_id: int) -> Query:
    """Go up by hypernyms, then from each of them down by hyponyms, `REACH` steps in all."""
    above = select(literal(synset_id).label("synset_id"), literal(0).label("up")).cte(
        "above", recursive=True
    )
    higher = (
        select(Hypernym.hypernym_id, above.c.up + 1)
        .join(above, above.c.synset_id == Hypernym.synset_id)
        .where(above.c.up < REACH)
    )
    above = above.union(higher)
    below = select(above.c.synset_id, above.c.up, literal(0).label("down")).cte(
        "below", recursive=True
    )
    lower = (
        select(Hypernym.synset_id, below.c.up, below.c.down + 1)
        .join(below, below.c.synset_id == Hypernym.hypernym_id)
        .where(below.c.up + below.c.down < REACH)
    )
    below = below.union(lower)
    distance = (below.c.up + below.c.down).label("distance")
    return select(below.c.synset_id, distance, below.c.up, below.c.down)


def _by_word(lemmas: Sequence[str]) -> Query:
    """Look for words in the lemmas of every synset, which have a space on each side then."""
    words = {lemma.lower() for lemma in lemmas}
    heads = {word.rpartition("_")[2] for word in words}
    text = literal(" ") + func.lower(Synset.lemmas) + literal(" ")
    shares_word = _holds(text, [f" {word} " for word in words | heads])
    distance = case((shares_word, _SAME_WORD), else_=_SAME_HEAD)
    # Whatever shares a word shares its head.
    shares_head = _holds(text, [end for head in heads for end in (f" {head} ", f"_{head} ")])
    return select(Synset.id, distance, null(), null()).where(shares_head)


def _holds(text: ColumnElement[str], parts: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(text.contains(part, autoescape=True) for part in sorted(parts)))
