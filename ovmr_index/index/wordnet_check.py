"""The synsets of an index and what is above each, against the WordNet that the package ships."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from ovmr_index.db.bulk import Query, stream_rows
from ovmr_index.db.models import Hypernym, Synset
from ovmr_index.db.session import Session
from ovmr_index.db.shape import how_to_remake
from ovmr_index.index.finding import Finding, named
from ovmr_index.processes import collector_paused
from ovmr_index.vocabularies.wordnet import read_nouns


def check_wordnet(session: Session) -> Iterator[Finding]:
    """Compare WordNet's synsets and hypernyms, which no ingest changes, with those shipped."""
    with collector_paused(), session.read() as connection:
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
