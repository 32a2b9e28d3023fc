"""What a check finds in an index that holds only the synsets which a test needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from ovmr_index import Index
from ovmr_index.index import wordnet_check
from ovmr_index.vocabularies.wordnet import Synset
from tests.support.few_synsets import SYNSETS


@contextmanager
def few_nouns() -> Iterator[None]:
    """Have WordNet be what an index of few synsets holds: all of it takes a second to compare."""
    nouns = [Synset(wnid, name, (*lemmas.split(),), (), ()) for _, name, wnid, lemmas in SYNSETS]
    with patch.object(wordnet_check, "read_nouns", lambda: iter(nouns)):
        yield


def problems_but_wordnet(index: Index) -> list[str]:
    """Return what is wrong with an index, but for the synsets that it was made without."""
    with few_nouns():
        found = index.db.check()
    return [one for one in found if "not as WordNet 3.0 has them" not in one]
