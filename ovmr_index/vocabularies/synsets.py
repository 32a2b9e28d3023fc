"""The synsets of an index: WordNet's nouns, and names that are not in WordNet."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, select
from sqlalchemy.dialects.postgresql import insert  # SQLite has its ON CONFLICT

from ovmr_index.db.bulk import insert_rows, next_pk, stream_rows
from ovmr_index.db.models import (
    Hypernym,
    Synset,
)
from ovmr_index.processes import batches, collector_paused
from ovmr_index.vocabularies.synset_queries import synsets_named
from ovmr_index.vocabularies.wordnet import read_nouns

# What every file of LVIS names, and WordNet 3.0 does not have: no note says so.
OF_LVIS_ALONE = frozenset({"stop_sign.n.01"})
_BATCH = 400  # names of a query, each of which is bound twice: SQLite takes 999 values everywhere


class SynsetRow(NamedTuple):
    """A synset of the index; one that is not in WordNet has no wnid."""

    pk: int
    name: str
    wnid: str | None


def synsets_called(connection: Connection, names: Iterable[str]) -> list[SynsetRow]:
    """Return the synsets that have one of these names or wnids."""
    found = (connection.execute(synsets_named(batch)) for batch in batches(names, _BATCH))
    return [SynsetRow._make(row) for rows in found for row in rows]


def add_synset(connection: Connection, name: str) -> int:
    """Store a synset that is not in WordNet; return its pk.

    In PostgreSQL another load may be adding it, which is waited for.
    """
    made = insert(Synset).values(name=name).on_conflict_do_nothing(index_elements=["name"])
    added = connection.execute(made.returning(Synset.c.pk)).scalar()
    if added is not None:
        return added
    return connection.execute(select(Synset.c.pk).where(Synset.c.name == name)).scalar_one()


_WNID = re.compile("n[0-9]{8}")
_MANY = 100  # a source with more has a thousand: to look for each takes longer than to read all


class SynsetLookup:
    """The pks of synsets by a column whose values are unique: by `Synset.name` or `Synset.wnid`.

    Most sources name few synsets, which are looked up one at a time. Of a source that names many,
    one query reads all.
    """

    def __init__(self, connection: Connection, by: Column[Any]) -> None:
        """Read nothing yet."""
        self._connection, self._by = connection, by
        self._pks: dict[str, int | None] = {}
        self._has_all = False

    def get(self, value: str) -> int | None:
        """Return the pk of the synset with a value, None where there is none."""
        if value not in self._pks and not self._has_all:
            self._read(value)
        return self._pks.get(value)

    def _read(self, value: str) -> None:
        self._has_all = len(self._pks) >= _MANY
        if self._has_all:
            known = select(self._by, Synset.c.pk).where(self._by.is_not(None))
            self._pks = dict(stream_rows(self._connection, known))
        else:
            query = select(Synset.c.pk).where(self._by == value)
            self._pks[value] = self._connection.execute(query).scalar()


class SynsetPks(SynsetLookup):
    """The synsets by name; one that is not there is added, without a wnid."""

    def __init__(self, connection: Connection) -> None:
        """Read nothing yet."""
        super().__init__(connection, Synset.c.name)

    def __getitem__(self, name: str) -> int:
        """Return the pk of the synset called `name`."""
        found = self._pks.get(name) or self.get(name)
        if found is None:
            found = self._pks[name] = add_synset(self._connection, name)
        return found


class MeantSynsets(SynsetPks):
    """The same by what a source writes: a name with spaces around it, or a wnid of WordNet."""

    def __init__(self, connection: Connection) -> None:
        """Read nothing yet."""
        super().__init__(connection)
        self._by_wnid = SynsetLookup(connection, Synset.c.wnid)
        self._meant: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        """Return the pk of the synset that `name` means."""
        if name not in self._meant:
            meant = trimmed(name)
            by_wnid = self._by_wnid.get(meant) if _WNID.fullmatch(meant) else None
            self._meant[name] = super().__getitem__(meant) if by_wnid is None else by_wnid
        return self._meant[name]


def trimmed(name: str) -> str:
    """Return the name of a synset without spaces around it; spaces alone stay."""
    return name.strip() or name


def load_wordnet(connection: Connection) -> None:
    """Fill a new index with the noun synsets of WordNet 3.0 and their hypernyms."""
    with collector_paused():
        nouns = list(read_nouns())
        first = next_pk(connection, Synset)
        ids = {noun.wnid: position for position, noun in enumerate(nouns, first)}
        columns = ("pk", "name", "wnid", "lemmas")
        rows = [(ids[noun.wnid], noun.name, noun.wnid, " ".join(noun.lemmas)) for noun in nouns]
        insert_rows(connection, Synset, columns, rows)
        edges = [
            (ids[noun.wnid], ids[above], instance)
            for noun in nouns
            for instance, hypernyms in enumerate((noun.hypernyms, noun.instance_hypernyms))
            for above in hypernyms
        ]
        insert_rows(connection, Hypernym, ("synset_pk", "hypernym_pk", "instance"), edges)
