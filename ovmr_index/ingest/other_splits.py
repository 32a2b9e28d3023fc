"""What the splits of one dataset share: ids of categories that mean others, and images."""

from functools import cache

from sqlalchemy import Connection, and_, bindparam, func, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.models import Category, Image, Source, Synset, Vocabulary
from ovmr_index.errors import counted, folded, shortened
from ovmr_index.vocabularies.notes import listed

_SHOWN = 10


def split_notes(connection: Connection, source_pk: int) -> list[str]:
    """Return what is to be said of a source beside the other splits of its dataset."""
    return [*_other_meanings(connection, source_pk), *_shared_images(connection, source_pk)]


def _other_meanings(connection: Connection, source_pk: int) -> list[str]:
    """Return what is to be said of categories whose id is another's in a split of the dataset.

    Samples and results of one split would be read with the names of another.
    """
    said: dict[str, list[str]] = {}
    found = connection.execute(_pairs(), {"source_pk": source_pk})
    for key, other, name, synset, there, synset_there in found:
        same_synset = synset is None or synset_there is None or synset == synset_there
        if same_synset and folded(name) == folded(there):
            continue
        here, was = _described(name, synset), _described(there, synset_there)
        said.setdefault(other, []).append(f"{key} is {here}, there {was}")
    return [
        f"ids of categories mean others than in {other}: {listed(meanings, _SHOWN)};"
        " are both files of one release?"
        for other, meanings in said.items()
    ]


def _shared_images(connection: Connection, source_pk: int) -> list[str]:
    """Return what is to be said of images that another split of the dataset has as well.

    Each split has the boxes of its own file, which a recipe without `splits` takes all.
    """
    return [
        f"{counted(count, 'image is', 'images are')} in {other} as well (first {shortened(first)}):"
        " a recipe without `splits` takes the boxes of both"
        for other, count, first in connection.execute(_shared(), {"source_pk": source_pk})
    ]


@cache
def _shared() -> Query:
    """Return (source, number, file name) of images that splits beside `source_pk` have, too."""
    mine, source = Image.alias(), Source.alias()
    is_split = and_(
        Source.c.dataset_pk == source.c.dataset_pk,
        Source.c.pk != source.c.pk,
        Source.c.split.is_distinct_from(source.c.split),
    )
    is_same = and_(Image.c.source_pk == Source.c.pk, Image.c.file_name == mine.c.file_name)
    return (
        select(Source.c.name, func.count(), func.min(mine.c.file_name))
        .select_from(source)
        .join(Source, is_split)
        .join(mine, mine.c.source_pk == source.c.pk)
        .join(Image, is_same)
        .where(source.c.pk == bindparam("source_pk"))
        .group_by(Source.c.pk)
        .order_by(Source.c.name)
    )


@cache
def _pairs() -> Query:
    """Return the categories with one id in `source_pk` and in another split."""
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
        .where(source.c.pk == bindparam("source_pk"))
        .order_by(Source.c.name, category.c.position)
    )


def _described(name: str, synset: str | None) -> str:
    return repr(shortened(name)) + (f" ({synset})" if synset is not None else "")
