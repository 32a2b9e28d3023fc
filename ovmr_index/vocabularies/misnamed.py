"""Categories whose name is not one of the synset that their list gives them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from ovmr_index.db.models import Synset
from ovmr_index.errors import folded, shortened
from ovmr_index.processes import batches
from ovmr_index.vocabularies.category_synsets import Nouns, with_singulars
from ovmr_index.vocabularies.list_lines import ListedCategory
from ovmr_index.vocabularies.notes import listed
from ovmr_index.vocabularies.synsets import SynsetRow, synsets_called

_BATCH = 400  # names of a query: SQLite takes 999 values everywhere
_SHOWN = 10


class GivenSynset(NamedTuple):
    """A category with the synset that a list gives it.

    `where` is where in the file it is. A line that begins with a wnid goes on with the names of
    that synset; a mapping may give a synset to what WordNet has no name for.
    """

    where: str
    names: tuple[str, ...]
    synset: SynsetRow
    in_line: bool


def misnamed(connection: Connection, given: Sequence[GivenSynset]) -> list[str]:
    """Return where a name and its synset contradict each other, in words, in their order.

    Of mappings only where WordNet knows the name, for other synsets.
    """
    lemmas: dict[int, str] = {}
    for pks in batches(dict.fromkeys(one.synset.pk for one in given), _BATCH):
        query = select(Synset.c.pk, Synset.c.lemmas).where(Synset.c.pk.in_(pks))
        lemmas |= {pk: words for pk, words in connection.execute(query) if words is not None}
    odd = [
        one
        for one in given
        if one.synset.pk in lemmas and not _is_called(one, lemmas[one.synset.pk])
    ]
    nouns = Nouns(connection)
    nouns.look_up(one.names[0] for one in odd)
    return [
        f"{one.where}: {shortened(one.names[0])!r} with {one.synset.wnid} ({one.synset.name})"
        for one in odd
        if _is_another(one, nouns)
    ]


def misnamed_lines(connection: Connection, lines: Sequence[ListedCategory]) -> list[str]:
    """Return of which lines a wnid and what it is called contradict each other, as `misnamed`."""
    wnids = {one.synset for one in lines if one.synset is not None}
    known = {one.wnid: one for one in synsets_called(connection, sorted(wnids))}
    given = [
        GivenSynset(one.where, one.names, known[one.synset], in_line=True)
        for one in lines
        if one.synset is not None and one.synset in known
    ]
    return misnamed(connection, given)


def describe_misnamed(said: Sequence[str]) -> str:
    """Return the note of categories that `misnamed` found."""
    return f"not what WordNet calls the synset beside it: {listed(said, _SHOWN)}; check the file"


def _is_called(one: GivenSynset, lemmas: str) -> bool:
    """Return whether one of the names is a lemma of the synset, or the synset's own name."""
    known = {folded(word) for word in lemmas.split()}
    known |= {folded(name) for name in (one.synset.name, one.synset.wnid) if name is not None}
    return any(folded(form) in known for name in one.names for form in _forms(name))


def _forms(name: str) -> Iterator[str]:
    """Yield a name, and the name without what is in brackets behind it, in the singular too."""
    for form in dict.fromkeys((name, name.partition("(")[0])):
        yield from with_singulars(folded(form))


def _is_another(one: GivenSynset, nouns: Nouns) -> bool:
    name = one.names[0]
    found = nouns.named(name)
    if found is None or nouns.has_only_part(name):
        return one.in_line
    return found.pk != one.synset.pk
