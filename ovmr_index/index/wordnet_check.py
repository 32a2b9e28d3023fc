"""The synsets of an index and what is above each, against the WordNet that the package ships."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import SQLColumnExpression, cast, func, literal, select

from ovmr_index.db.bulk import Query, stream_rows
from ovmr_index.db.dialects import Joined, TextBytes
from ovmr_index.db.models import Hypernym, Synset
from ovmr_index.db.models.base import TEXT
from ovmr_index.db.session import Session
from ovmr_index.db.shape import how_to_remake
from ovmr_index.index.finding import Finding, named
from ovmr_index.processes import collector_paused
from ovmr_index.vocabularies.wordnet import read_nouns

# How many lines `_texts` have in an index that is as it was made, and their SHA-256
_AS_MADE = [
    (82115, "d0134d8bf1d0db22be703125a2f90c1315488a30e5d7f367ec64565d71f47b87"),
    (84427, "a1bf6e745ca283f6a5d608598b7a24b792259ba7228a4a0d61a55fb6637d0dd9"),
]


def check_wordnet(session: Session) -> Iterator[Finding]:
    """Compare WordNet's synsets and hypernyms, which no ingest changes, with those shipped.

    Mostly they are as they were made, down to their row numbers: the rows are as many, and two
    hashes are the same.
    """
    with collector_paused(), session.read() as connection:
        texts = [connection.execute(query).one() for query in _texts()]
        if [(lines, hashlib.sha256(text or b"").hexdigest()) for lines, text in texts] == _AS_MADE:
            return
        nouns = list(read_nouns())
        synsets = [(noun.wnid, noun.name, " ".join(noun.lemmas)) for noun in nouns]
        known = select(Synset.c.wnid, Synset.c.name, Synset.c.lemmas).where(
            Synset.c.wnid.is_not(None)
        )
        held = list(stream_rows(connection, known.order_by(Synset.c.pk)))
        yield from _compare("synsets", synsets, held)
        hypernyms = sorted(
            (noun.wnid, above, instance)
            for noun in nouns
            for instance, all_above in enumerate((noun.hypernyms, noun.instance_hypernyms))
            for above in all_above
        )
        yield from _compare("hypernyms", hypernyms, list(stream_rows(connection, _hypernyms())))


def _texts() -> tuple[Query, Query]:
    """Return (lines, text) of the synsets of WordNet, and of what is above each.

    Lines are counted, for one that is NULL is not in the text.
    """
    synset, hypernym = Synset.c, Hypernym.c
    synsets = (
        _line(synset.pk, synset.wnid, synset.name, synset.lemmas)
        .where(synset.wnid.is_not(None))
        .order_by(synset.pk)
    )
    hypernyms = (
        _line(hypernym.synset_pk, hypernym.hypernym_pk, hypernym.instance)
        .join(Synset, synset.pk == hypernym.synset_pk)
        .where(synset.wnid.is_not(None))  # others have those of their datasets
        .order_by(hypernym.synset_pk, hypernym.hypernym_pk)
    )
    return _as_one(synsets), _as_one(hypernyms)


def _line(first: SQLColumnExpression[int], *others: SQLColumnExpression[Any]) -> Query:
    line: SQLColumnExpression[str] = cast(first, TEXT)
    for other in others:
        line += literal("\t") + cast(other, TEXT)
    return select(line.label("line"))


def _as_one(lines: Query) -> Query:
    of = lines.subquery()
    return select(func.count(), TextBytes(Joined(of.c.line, literal("\n")))).select_from(of)


def _hypernyms() -> Query:
    """Return (wnid, wnid of a hypernym, whether it is an instance) of each synset of WordNet."""
    above = Synset.alias()
    return (
        select(Synset.c.wnid, above.c.wnid, Hypernym.c.instance)
        .select_from(Hypernym)
        .join(Synset, Synset.c.pk == Hypernym.c.synset_pk)
        .join(above, above.c.pk == Hypernym.c.hypernym_pk)
        .where(Synset.c.wnid.is_not(None))  # others have those of their datasets
        .order_by(Hypernym.c.synset_pk, Hypernym.c.hypernym_pk)
    )


def _compare(table: str, shipped: list[Any], held: list[Any]) -> Iterator[Finding]:
    """Name the synsets of rows that are in one list alone; mostly the lists are equal."""
    others = set() if held == shipped else {*shipped} ^ {*held}
    if others:
        first = named(sorted({f"{row[0]}" for row in others}))
        yield Finding(f"{table}: not as WordNet 3.0 has them: {first}; {how_to_remake()}")
