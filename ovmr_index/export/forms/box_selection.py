"""Options of a form become rows: its source, its categories, and which of a source's each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.session import Session
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.errors import UsageError, unknown
from ovmr_index.export.forms import box_selection_queries as queries
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.image_list import selected_images
from ovmr_index.ingest.stored_sources import find_lvis_source, source_names
from ovmr_index.vocabularies.names import LVIS_TRAIN, LVIS_VAL
from ovmr_index.vocabularies.partition_notes import selection_notes
from ovmr_index.vocabularies.partitions import selected_categories
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary


class FormCategory(NamedTuple):
    """A category as a form writes it; `record` is its whole JSON object, with `id` and `name`."""

    id: int
    name: str
    synset: str | None
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BoxSelection:
    """What a form takes its boxes from, and the categories that it writes, in their order.

    Attributes:
        source_pk: The source.
        source: Its name.
        format: The name of its format.
        dataset: The name of its dataset.
        root: The folder of the images.
        categories: What is written.
        places: The place in `categories` of a category (pk) of the source, or, of a source
            without categories, of a synset (pk).
        by_synset: Whether `places` are of synsets.
        images: The images (pk), or None for all of the source.
        renumber: Whether ids count from 1.
        notes: What is good to know of the categories that were selected.
    """

    source_pk: int
    source: str
    format: str
    dataset: str
    root: Path
    categories: tuple[FormCategory, ...]
    places: Mapping[int, int]
    by_synset: bool
    images: tuple[int, ...] | None
    renumber: bool
    notes: tuple[str, ...] = ()


class _Source(NamedTuple):
    pk: int
    name: str
    format: str
    dataset: str
    root: str
    vocabulary_pk: int | None
    vocabulary: str | None


class _Category(NamedTuple):
    pk: int
    id: int
    name: str
    synset: str | None
    synset_pk: int | None
    record: str


def select_boxes(session: Session, connection: Connection, options: BoxOptions) -> BoxSelection:
    """Find what options mean in an index.

    Raises:
        MissingSourceError: The index does not hold the source, or it has no boxes.
        UsageError: There is no such source, vocabulary, partition, map or image.
        OvmrIndexError: The file of images or of the map cannot be read.
    """
    source = _find_source(connection, options)
    vocabulary_pk, vocabulary = _find_vocabulary(connection, options, source)
    found = [
        _Category._make(row)
        for row in connection.execute(queries.described_categories(vocabulary_pk))
    ]
    notes: list[str] = []
    if options.partition_filter is not None:
        wanted = selected_categories(connection, vocabulary, options.partition_filter)
        kept = set(connection.execute(wanted.order_by(None)).scalars())
        found = [one for one in found if one.pk in kept]
        notes = selection_notes(connection, vocabulary, options.partition_filter)
    return BoxSelection(
        source_pk=source.pk,
        source=source.name,
        format=source.format,
        dataset=source.dataset,
        root=session.root / source.root,
        categories=tuple(
            _as_written(one, place, renumber=options.renumber) for place, one in enumerate(found, 1)
        ),
        places=_places(connection, source, vocabulary_pk, found),
        by_synset=source.vocabulary_pk is None,
        images=selected_images(connection, source.pk, source.name, options.images),
        renumber=options.renumber,
        notes=tuple(notes),
    )


def _find_source(connection: Connection, options: BoxOptions) -> _Source:
    name = options.source
    if name is None and options.vocabulary is not None:
        find_vocabulary(connection, options.vocabulary)
        name = connection.execute(queries.source_of_vocabulary(options.vocabulary)).scalar()
    name = name or LVIS_TRAIN
    if name in (LVIS_TRAIN, LVIS_VAL):
        find_lvis_source(connection, name.removeprefix("lvis_v1_"))
    row = connection.execute(queries.annotated_source(name)).first()
    if row is None:
        raise unknown(
            "source", name, source_names(connection), see="see `ovmr-index status` for their names"
        )
    return _Source._make(row)


def _find_vocabulary(
    connection: Connection, options: BoxOptions, source: _Source
) -> tuple[int, str]:
    if options.vocabulary is not None:
        return find_vocabulary(connection, options.vocabulary), options.vocabulary
    if source.vocabulary_pk is None or source.vocabulary is None:
        raise UsageError(
            f"{source.name} has no categories of its own; give --vocabulary, whose synsets its"
            " boxes are compared with"
        )
    return source.vocabulary_pk, source.vocabulary


def _places(
    connection: Connection, source: _Source, vocabulary_pk: int, found: list[_Category]
) -> dict[int, int]:
    """Return the place of each category (pk) of the source, or of each synset (pk)."""
    if source.vocabulary_pk == vocabulary_pk:
        return {one.pk: place for place, one in enumerate(found)}
    by_synset: dict[int, int] = {}
    for place, one in enumerate(found):
        if one.synset_pk is not None:
            by_synset.setdefault(one.synset_pk, place)
    if source.vocabulary_pk is None:
        return by_synset
    own = connection.execute(queries.described_categories(source.vocabulary_pk))
    return {
        one.pk: by_synset[one.synset_pk]
        for one in map(_Category._make, own)
        if one.synset_pk in by_synset
    }


def _as_written(category: _Category, place: int, *, renumber: bool) -> FormCategory:
    record = decoded_object(category.record, "categories.record", category.pk)
    key = place if renumber else category.id
    return FormCategory(key, category.name, category.synset, {**record, "id": key})
