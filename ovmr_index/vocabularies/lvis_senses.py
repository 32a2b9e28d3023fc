"""Names that mean another synset in WordNet than they have in LVIS."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from ovmr_index.db.models import Category, Synset, Vocabulary
from ovmr_index.processes import batches
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.notes import listed

_BATCH = 400  # names of a query: SQLite takes 999 values everywhere
_SHOWN = 10


def lvis_notes(connection: Connection, guessed: Mapping[str, str]) -> Iterator[str]:
    """Yield a note where LVIS's categories of some names have other synsets.

    Args:
        connection: A connection on the index; without LVIS train in it there is nothing to say.
        guessed: The synset that each name means, as `mug.n.01` of `mug`.
    """
    others = [
        f"{name} ({guessed[name]}, in LVIS {synset})"
        for name, synset in _lvis_synsets(connection, guessed)
        if synset != guessed[name]
    ]
    if others:
        yield (
            f"not what LVIS means by the name: {listed(others, _SHOWN)}; give synsets in the file"
            " where LVIS's are meant"
        )


def _lvis_synsets(connection: Connection, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for some in batches(names, _BATCH):
        query = (
            select(Category.c.name, Synset.c.name)
            .join(Vocabulary, Vocabulary.c.pk == Category.c.vocabulary_pk)
            .join(Synset, Synset.c.pk == Category.c.synset_pk)
            .where(Vocabulary.c.name == LVIS_TRAIN, Category.c.name.in_(some))
            .order_by(Category.c.position)
        )
        yield from connection.execute(query)
