"""Options of a form become rows: its source, its categories, and which of a source's each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.session import Session
from ovmr_index.errors import MissingSourceError, command, unknown
from ovmr_index.export.forms import box_selection_queries as queries
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.category_maps import MappedCategory
from ovmr_index.export.forms.form_categories import form_categories
from ovmr_index.export.forms.image_list import selected_images
from ovmr_index.formats.table import format_of
from ovmr_index.ingest.stored_sources import find_lvis_source, source_names
from ovmr_index.vocabularies.names import LVIS_TRAIN, LVIS_VAL
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


def select_boxes(session: Session, connection: Connection, options: BoxOptions) -> BoxSelection:
    """Find what options mean in an index.

    Raises:
        MissingSourceError: The index does not hold the source, or it has no boxes.
        UsageError: There is no such source, vocabulary, partition, map, category or image.
        OvmrIndexError: The file of images or of the map cannot be read.
    """
    source = _find_source(connection, options)
    chosen = form_categories(connection, options, source.name, source.vocabulary)
    return BoxSelection(
        source_pk=source.pk,
        source=source.name,
        format=source.format,
        dataset=source.dataset,
        root=session.root / source.root,
        categories=tuple(
            _as_written(one, place, renumber=options.renumber)
            for place, one in enumerate(chosen.categories, 1)
        ),
        places=chosen.places,
        by_synset=source.vocabulary_pk is None,
        images=selected_images(connection, source.pk, source.name, options.images),
        renumber=options.renumber,
        notes=chosen.notes,
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
            "source", name, source_names(connection), see=f"see {command('status')} for their names"
        )
    source = _Source._make(row)
    if format_of(source.format).is_tree:
        raise MissingSourceError(
            f"{name} is a tree of images, which have no boxes; see {command('status')} for a source"
            " that has some"
        )
    return source


def _as_written(category: MappedCategory, place: int, *, renumber: bool) -> FormCategory:
    key = place if renumber else category.id
    record = {**category.record, "id": key, "name": category.name}
    return FormCategory(key, category.name, category.synset, record)
