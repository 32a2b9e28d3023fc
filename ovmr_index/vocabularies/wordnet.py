"""The noun synsets of WordNet 3.0, from the tables that the package ships.

`scripts/make_wordnet_table.py` makes them and describes their formats.
"""

import lzma
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple


class Synset(NamedTuple):
    """A noun synset of WordNet 3.0.

    `wnid` is `n` and the 8-digit offset in data.noun. `name` is the first lemma in lower case,
    `.n.` and the number of the sense in index.noun, two digits, from 01. `lemmas` are in
    WordNet's order, words joined by underscores. `hypernyms` (a kind of) and `instance_hypernyms`
    (an instance of) are wnids; only `entity.n.01` has neither.
    """

    wnid: str
    name: str
    lemmas: tuple[str, ...]
    hypernyms: tuple[str, ...]
    instance_hypernyms: tuple[str, ...]


def read_nouns() -> Iterator[Synset]:
    """Return the 82,115 noun synsets of WordNet 3.0 in order of wnid."""
    wnids, senses, *lists = _lines("wordnet30_nouns.tsv.xz")
    lemmas, hypernyms, instance_hypernyms = map(_values, lists)
    names = [f"{words[0].lower()}.n.{sense}" for words, sense in zip(lemmas, senses, strict=True)]
    return map(Synset, wnids, names, lemmas, hypernyms, instance_hypernyms)


def read_first_senses() -> dict[str, str]:
    """Return, by word in lower case, the wnids of first senses that do not follow from the synsets.

    Those of words that begin a synset, or stand behind others in one synset alone, do follow.
    """
    return {line[0]: line[1] for line in _lines("wordnet30_first_senses.tsv.xz")}


def _lines(name: str) -> list[list[str]]:
    """Return the fields of each line of a shipped table."""
    table = resources.files("ovmr_index").joinpath("data", name)
    text = lzma.decompress(table.read_bytes()).decode("ascii")
    return [line.split("\t") for line in text.splitlines()]


def _values(fields: list[str]) -> list[tuple[str, ...]]:
    return [tuple(field.split(",")) if field else () for field in fields]
