"""Synsets near another in WordNet, which may be its substitutes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    cast,
    column,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    values,
)

from ovmr_index.db.bulk import Query
from ovmr_index.db.dialects import Joined, LikeInAnyCase
from ovmr_index.db.models import WHOLE, Category, Hypernym, Synset
from ovmr_index.db.models.base import TEXT

REACH = 3  # steps up and down together

_BY_NAME, _BY_WORD = 2, 3


@dataclass(frozen=True, slots=True)
class CategoryNames:
    """What a category is called, in lower case, with underscores between the words of a name.

    `whole` are its names, and the heads of the main ones: a wedding ring is a ring. `words` are
    the words of the main ones.
    """

    whole: frozenset[str]
    words: frozenset[str]


def category_synset(category_pk: int) -> Query:
    """Return (key, name, record, synset_pk, synset, lemmas); lemmas have spaces between them."""
    return (
        select(
            Category.c.key,
            Category.c.name,
            Category.c.record,
            Synset.c.pk.label("synset_pk"),
            Synset.c.name.label("synset"),
            Synset.c.lemmas,
        )
        .join(Synset, Synset.c.pk == Category.c.synset_pk)
        .where(Category.c.pk == category_pk)
    )


def nouns(words: Collection[str]) -> Select[str]:
    """Return the synsets that are the first sense of a noun among `words`."""
    names = [f"{word}.n.01" for word in sorted(words)]
    return select(Synset.c.name).where(Synset.c.name.in_(names)).order_by(Synset.c.name)


def synsets_of(synset_pks: Collection[int]) -> Query:
    """Return those of some pks that are synsets, as `synset_pk`."""
    found = Synset.c.pk.label("synset_pk")
    return select(found).where(Synset.c.pk.in_(sorted(synset_pks))).order_by(found)


def neighbours(synset_pk: int, names: CategoryNames, sizes: Mapping[int, int], total: int) -> Query:
    """Return the synsets near a category's synset, each once, by distance and name.

    Columns: synset_pk; name; distance; up and down, how many hypernyms up and then hyponyms down
    the way leads, null where not the tree but a word leads there; shared, the information that it
    has in common with the category, in nats; lemmas.

    In the tree the distance is the number of steps. By name it is 2 where they share a whole name,
    or one is the head of the other's compound (ring, wedding_ring), and 3 where they share a word
    of a name (paper_knife, paper_towel).

    What n of N synsets have in common holds ln(N / n) nats: `shared` adds up those of the nearest
    hypernym that both are below, with n synsets (Resnik 1995), of the whole names and of the words.
    `sizes` is the n of each of `hypernyms_above`, `total` the N.
    """
    by_word = _by_word(names, total).cte("by_word")
    near = union_all(
        _in_tree(synset_pk), select(by_word.c.synset_pk, by_word.c.distance, null(), null())
    ).cte("near")
    order = near.c.distance, func.coalesce(near.c.up, REACH + 1)
    rank = func.row_number().over(partition_by=near.c.synset_pk, order_by=order)
    ranked = select(near, rank.label("rank")).subquery("ranked")
    tree, words = _meeting(near, sizes, total), _in_words(by_word)
    shared = func.coalesce(tree.c.information, 0) + func.coalesce(words.c.information, 0)
    return (
        select(
            ranked.c.synset_pk,
            Synset.c.name.label("name"),
            ranked.c.distance,
            ranked.c.up,
            ranked.c.down,
            shared.label("shared"),
            Synset.c.lemmas,
        )
        .join(Synset, Synset.c.pk == ranked.c.synset_pk)
        .outerjoin(tree, tree.c.synset_pk == ranked.c.synset_pk)
        .outerjoin(words, words.c.synset_pk == ranked.c.synset_pk)
        .where(ranked.c.rank == 1, ranked.c.synset_pk != synset_pk)
        .order_by(ranked.c.distance, Synset.c.name)
    )


def _in_tree(synset_pk: int) -> Query:
    """Go up by hypernyms, then from each of them down by hyponyms, `REACH` steps in all."""
    above = select(literal(synset_pk, WHOLE).label("synset_pk"), literal(0, WHOLE).label("up")).cte(
        "above", recursive=True
    )
    higher = (
        select(Hypernym.c.hypernym_pk, above.c.up + 1)
        .join(above, above.c.synset_pk == Hypernym.c.synset_pk)
        .where(above.c.up < REACH)
    )
    above = above.union(higher)
    below = select(above.c.synset_pk, above.c.up, literal(0, WHOLE).label("down")).cte(
        "below", recursive=True
    )
    lower = (
        select(Hypernym.c.synset_pk, below.c.up, below.c.down + 1)
        .join(below, below.c.synset_pk == Hypernym.c.hypernym_pk)
        .where(below.c.up + below.c.down < REACH)
    )
    below = below.union(lower)
    distance = (below.c.up + below.c.down).label("distance")
    return select(below.c.synset_pk, distance, below.c.up, below.c.down)


def hypernyms_above(synset_pk: int) -> Query:
    """Return the pks of a synset and of all above it that have a hypernym themselves.

    What has none is left out: everything is below it, which says nothing.
    """
    above = select(literal(synset_pk, WHOLE).label("synset_pk")).cte(
        "hypernyms_above", recursive=True
    )
    above = above.union(
        select(Hypernym.c.hypernym_pk).join(above, above.c.synset_pk == Hypernym.c.synset_pk)
    )
    has_hypernym = select(Hypernym.c.synset_pk).where(Hypernym.c.synset_pk == above.c.synset_pk)
    return select(above.c.synset_pk).where(has_hypernym.exists())


def hyponyms() -> Query:
    """Return (synset_pk, the pks of its hyponyms with commas between them) of all with any."""
    joined = Joined(cast(Hypernym.c.synset_pk, TEXT), literal(","))
    return select(Hypernym.c.hypernym_pk, joined).group_by(Hypernym.c.hypernym_pk)


def synsets_in_wordnet() -> Select[int]:
    """Return how many synsets WordNet has: those of a source alone have no lemmas."""
    return select(func.count()).where(Synset.c.lemmas.is_not(None))


def _meeting(near: CTE, sizes: Mapping[int, int], total: int) -> CTE:
    """Return (synset_pk, information) of what is near and below one of some hypernyms: the nearest.

    `sizes` is how many synsets there are from each of the hypernyms down.
    """
    columns = column("top", WHOLE), column("n", WHOLE)
    tops = values(*columns, name="tops").data([*sizes.items()]).cte("tops")
    below = select(near.c.synset_pk, near.c.synset_pk.label("above")).cte(
        "below_tops", recursive=True
    )
    below = below.union(
        select(below.c.synset_pk, Hypernym.c.hypernym_pk).join(
            below, below.c.above == Hypernym.c.synset_pk
        )
    )
    return (
        select(below.c.synset_pk, _information(func.min(tops.c.n), total).label("information"))
        .join(tops, tops.c.top == below.c.above)
        .group_by(below.c.synset_pk)
        .cte("meeting")
    )


def _by_word(names: CategoryNames, total: int) -> CompoundSelect[*tuple[Any, ...]]:
    """Return (synset_pk, distance, information) for each name or word that a synset shares.

    Only lemmas with the longest word of any are made ready to be compared, which is slow.
    """
    lemmas = func.replace(func.lower(Synset.c.lemmas), "-", "_")
    text = (literal(" ") + lemmas + literal(" ")).label("names")
    words = func.replace(text, "_", " ").label("words")
    longest = sorted({max(name.split("_"), key=len) for name in names.whole | names.words})
    candidates = or_(*(LikeInAnyCase(Synset.c.lemmas, literal(f"%{word}%")) for word in longest))
    texts_of = select(Synset.c.pk.label("synset_pk"), text, words).where(candidates).cte("texts")
    found = [(_BY_NAME, texts_of.c.names, name) for name in sorted(names.whole)]
    found += [(_BY_WORD, texts_of.c.words, word) for word in sorted(names.words)]
    information = _information(func.count().over(), total).label("information")
    return union_all(
        *(
            select(texts_of.c.synset_pk, literal(distance).label("distance"), information).where(
                text.contains(f" {shared} ", autoescape=True)
            )
            for distance, text, shared in found
        )
    )


def _in_words(by_word: CTE) -> CTE:
    """Return (synset_pk, information) of all the names and words that a synset shares."""
    return (
        select(by_word.c.synset_pk, func.sum(by_word.c.information).label("information"))
        .group_by(by_word.c.synset_pk)
        .cte("in_words")
    )


def _information(n: ColumnElement[int], total: int) -> ColumnElement[float]:
    """Return the information in nats of what n of all synsets have in common."""
    return func.ln(literal(total, WHOLE)) - func.ln(n)
