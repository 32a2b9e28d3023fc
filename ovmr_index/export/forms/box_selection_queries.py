"""Which source, categories and images a form takes its boxes from."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Select, select

from ovmr_index.db.bulk import Query
from ovmr_index.db.json_functions import texts
from ovmr_index.db.models import Category, Dataset, Image, Source, Synset, Vocabulary


class DescribedCategory(NamedTuple):
    """A row of `described_categories`; `record` is the JSON object of the category."""

    pk: int
    id: int
    name: str
    synset: str | None
    synset_pk: int | None
    record: str


def annotated_source(name: str) -> Query:
    """Select (pk, name, format, dataset, root, vocabulary pk and name or null) of a source."""
    return (
        select(
            Source.c.pk,
            Source.c.name,
            Source.c.format,
            Dataset.c.name.label("dataset"),
            Dataset.c.root,
            Vocabulary.c.pk.label("vocabulary_pk"),
            Vocabulary.c.name.label("vocabulary"),
        )
        .join(Dataset, Dataset.c.pk == Source.c.dataset_pk)
        .outerjoin(Vocabulary, Vocabulary.c.source_pk == Source.c.pk)
        .where(Source.c.name == name)
    )


def source_of_vocabulary(name: str) -> Select[str]:
    """Select the name of the source that a vocabulary came with."""
    return (
        select(Source.c.name)
        .join(Vocabulary, Vocabulary.c.source_pk == Source.c.pk)
        .where(Vocabulary.c.name == name)
    )


def described_categories(vocabulary_pk: int) -> Query:
    """Select the `DescribedCategory`s of a vocabulary in order."""
    return (
        select(
            Category.c.pk,
            Category.c.key.label("id"),
            Category.c.name,
            Synset.c.name.label("synset"),
            Category.c.synset_pk,
            Category.c.record,
        )
        .outerjoin(Synset, Synset.c.pk == Category.c.synset_pk)
        .where(Category.c.vocabulary_pk == vocabulary_pk)
        .order_by(Category.c.position)
    )


def synsets_called(names: Collection[str]) -> Select[int, str]:
    """Select (pk, name) of the synsets with these names, however many."""
    return (
        select(Synset.c.pk, Synset.c.name)
        .where(Synset.c.name.in_(texts(names)))
        .order_by(Synset.c.pk)
    )


def synsets_of_word(word: str) -> Select[str]:
    """Select the names of the synsets that are senses of a word, as in `dog.n.01`."""
    first, after = f"{word}.", f"{word}/"  # the sign after a dot
    return (
        select(Synset.c.name)
        .where(Synset.c.name > first, Synset.c.name < after)
        .order_by(Synset.c.name)
    )


def named_images(source_pk: int) -> Query:
    """Select (pk, id, path below the root of its dataset) of a source's images, in order."""
    return (
        select(Image.c.pk, Image.c.key, Image.c.file_name)
        .where(Image.c.source_pk == source_pk)
        .order_by(Image.c.position, Image.c.pk)
    )
