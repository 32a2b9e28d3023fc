"""The synsets of an index and what is above each, against the WordNet that the package ships."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import aliased

from ovmr_index.db.bulk import Query, collector_paused, stream_rows
from ovmr_index.db.models import Hypernym, Synset
from ovmr_index.db.session import Session
from ovmr_index.db.shape import REMAKE
from ovmr_index.index.finding import Finding, named
from ovmr_index.vocabularies.wordnet import read_nouns

_Edge = tuple[str | None, str | None, int]


def check_wordnet(session: Session) -> Iterator[Finding]:
    """Compare WordNet's synsets and hypernyms, which no ingest changes, with those shipped."""
    with collector_paused(), session.read() as connection:
        nouns = list(read_nouns())
        synsets = {noun.wnid: (noun.name, " ".join(noun.lemmas)) for noun in nouns}
        edges: set[_Edge] = {
            (noun.wnid, above, instance)
            for noun in nouns
            for instance, hypernyms in enumerate((noun.hypernyms, noun.instance_hypernyms))
            for above in hypernyms
        }
        known = select(Synset.wnid, Synset.name, Synset.lemmas).where(Synset.wnid.is_not(None))
        held = {wnid: (name, lemmas) for wnid, name, lemmas in stream_rows(connection, known)}
        held_edges: set[_Edge] = set(stream_rows(connection, _hypernyms()))
    if held != synsets:
        others = [wnid for wnid in {**synsets, **held} if synsets.get(wnid) != held.get(wnid)]
        yield from _describe("synsets", others)
    yield from _describe("hypernyms", [f"{edge[0]}" for edge in edges ^ held_edges])


def _hypernyms() -> Query:
    """Return (wnid, wnid of a hypernym, whether it is an instance) of each synset."""
    above = aliased(Synset)
    return (
        select(Synset.wnid, above.wnid, Hypernym.instance)
        .select_from(Hypernym)
        .join(Synset, Synset.pk == Hypernym.synset_pk)
        .join(above, above.pk == Hypernym.hypernym_pk)
    )


def _describe(table: str, wnids: list[str]) -> Iterator[Finding]:
    if wnids:
        first = named(sorted(wnids))
        yield Finding(f"{table}: not as WordNet 3.0 has them: {first}; {REMAKE}")
