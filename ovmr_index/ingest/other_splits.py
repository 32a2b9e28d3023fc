"""Categories that the splits of one dataset name otherwise under one id."""

from sqlalchemy import Connection, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Source, Synset, Vocabulary
from ovmr_index.errors import folded, shortened
from ovmr_index.vocabularies.notes import listed

_SHOWN = 10


def split_notes(connection: Connection, source_pk: int) -> list[str]:
    """Return what is to be said of categories whose id is another's in a split of the dataset.

    Samples and results of one split would be read with the names of another.
    """
    said: dict[str, list[str]] = {}
    for key, other, name, synset, there, synset_there in connection.execute(_pairs(source_pk)):
        same_synset = synset is None or synset_there is None or synset == synset_there
        if same_synset and folded(name) == folded(there):
            continue
        here, was = _described(name, synset), _described(there, synset_there)
        said.setdefault(other, []).append(f"{key} is {here}, there {was}")
    return [
        f"ids of categories mean others than in {other}: {listed(found, _SHOWN)};"
        " are both files of one release?"
        for other, found in said.items()
    ]


def _pairs(source_pk: int) -> Query:
    """Return a query of the categories with one id here and in another split."""
    mine, source = Vocabulary.alias(), Source.alias()
    category, synset = Category.alias(), Synset.alias()
    return (
        select(
            category.c.key,
            Source.c.name,
            category.c.name,
            synset.c.name,
            Category.c.name,
            Synset.c.name,
        )
        .join(mine, mine.c.pk == category.c.vocabulary_pk)
        .join(source, source.c.pk == mine.c.source_pk)
        .join(Source, (Source.c.dataset_pk == source.c.dataset_pk) & (Source.c.pk != source.c.pk))
        .join(Vocabulary, Vocabulary.c.source_pk == Source.c.pk)
        .join(
            Category,
            (Category.c.vocabulary_pk == Vocabulary.c.pk) & (Category.c.key == category.c.key),
        )
        .outerjoin(synset, synset.c.pk == category.c.synset_pk)
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .where(source.c.pk == source_pk)
        .order_by(Source.c.name, category.c.position)
    )


def _described(name: str, synset: str | None) -> str:
    return repr(shortened(name)) + (f" ({synset})" if synset is not None else "")
