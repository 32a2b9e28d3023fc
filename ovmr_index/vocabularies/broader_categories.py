"""The hierarchy of a dataset: its categories below more general ones, as synsets of their own.

WordNet's synsets keep the hypernyms that WordNet gives them.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.models import Hypernym, Synset
from ovmr_index.processes import batches
from ovmr_index.vocabularies.categories import Labelled

_PART = 512  # bound values of a statement; SQLite takes 999 everywhere


def store_broader(connection: Connection, categories: Sequence[Labelled]) -> None:
    """Replace the hypernyms of the synsets that categories have of their own."""
    pks = {one.own_synset: synset_pk for one, synset_pk in categories if one.own_synset}
    named = [(one, pk) for one, pk in categories if one.own_synset and pk is not None]
    own = _without_wnid(connection, [pk for _, pk in named])
    for part in batches(sorted(own), _PART):
        connection.execute(delete(Hypernym).where(Hypernym.c.synset_pk.in_(part)))
    edges = {
        (pk, above, 0)
        for one, pk in named
        if pk in own
        for above in map(pks.get, one.broader)
        if above is not None and above != pk
    }
    columns = ("synset_pk", "hypernym_pk", "instance")
    # The split of a dataset that is loaded beside this one may have stored the same.
    insert_rows(connection, Hypernym, columns, sorted(edges), replace=True)


def _without_wnid(connection: Connection, pks: Sequence[int]) -> set[int]:
    """Return those of some synsets that are not in WordNet."""
    found = set[int]()
    for part in batches(pks, _PART):
        query = select(Synset.c.pk).where(Synset.c.pk.in_(part), Synset.c.wnid.is_(None))
        found.update(connection.execute(query).scalars())
    return found
