"""The synsets of an index: WordNet's nouns, and names that WordNet lacks."""

from sqlalchemy import Connection, insert, select

from ovmr_index.db.bulk import collector_paused, insert_rows
from ovmr_index.db.models import (
    Hypernym,
    Synset,
    table,
)
from ovmr_index.vocabularies.wordnet import read_nouns


class SynsetPks:
    """The synsets by name; asked for one that WordNet lacks, it makes a row without a wnid."""

    def __init__(self, connection: Connection) -> None:
        """Read the synsets that are there."""
        self._connection = connection
        self._ids = dict(connection.execute(select(Synset.name, Synset.pk)).all())

    def __getitem__(self, name: str) -> int:
        """Return the id of the synset called `name`."""
        found = self._ids.get(name)
        if found is None:
            made = insert(Synset).values(name=name).returning(Synset.pk)
            found = self._ids[name] = self._connection.execute(made).scalar_one()
        return found


def load_wordnet(connection: Connection) -> None:
    """Fill a new index with the noun synsets of WordNet 3.0 and their hypernyms."""
    with collector_paused():
        nouns = list(read_nouns())
        ids = {noun.wnid: position for position, noun in enumerate(nouns, 1)}
        columns = ("pk", "name", "wnid", "lemmas")
        rows = [(ids[noun.wnid], noun.name, noun.wnid, " ".join(noun.lemmas)) for noun in nouns]
        insert_rows(connection, table(Synset), columns, rows)
        edges = [
            (ids[noun.wnid], ids[above], instance)
            for noun in nouns
            for instance, hypernyms in enumerate((noun.hypernyms, noun.instance_hypernyms))
            for above in hypernyms
        ]
        insert_rows(connection, table(Hypernym), ("synset_pk", "hypernym_pk", "instance"), edges)
