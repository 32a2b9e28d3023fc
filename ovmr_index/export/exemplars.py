"""`exemplar_dict.json`: the whole pool of each category, an object from synset to list.

The exemplars of a category are taken by the run: those after each other of one dataset and synset.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select

from ovmr_index.db.bulk import Prepared, Row, stream_rows
from ovmr_index.db.engine import widen_cache
from ovmr_index.export.context import ExportContext
from ovmr_index.export.emptied import LISTED
from ovmr_index.export.exemplar_queries import (
    annotation_texts,
    entries,
    image_texts,
    names,
    object_texts,
    places,
    spans,
)
from ovmr_index.export.json_list import ListPart, write_parts
from ovmr_index.export.json_records import encode_entry
from ovmr_index.export.required_image_queries import pool_images
from ovmr_index.export.target import Ingredients, Target, WrittenFile
from ovmr_index.formats.table import format_of
from ovmr_index.ingest.stored_sources import find_lvis_vocabulary
from ovmr_index.processes import in_threads
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.unique_keys import NamedCategory, unique_keys

# Visual Genome's annotations fill pools too; ImageNet and trees of images have no annotation files.
ANNOTATED_SOURCES = (LVIS_TRAIN, "visual_genome")
_MOST = 1_024  # exemplars of a run


class _Run(NamedTuple):
    """Exemplars of a category at the places `first` to `last` of its pool, with what they share."""

    category_pk: int
    category_id: int
    dataset: str
    synset: str
    kind: str
    first: int
    last: int


class _Runs:
    """The runs of one category after the other."""

    def __init__(self, connection: Connection, *among: ColumnElement[bool]) -> None:
        """Prepare the queries; `among` are conditions of entries."""
        self._spans, self._places, self._names = (
            Prepared(connection, query) for query in (spans(*among), places(*among), names())
        )

    def of(self, category_pk: int, category_id: int) -> Iterator[_Run]:
        """Yield the runs of a category, none with more exemplars than are to be in memory."""
        for dataset_pk, synset_pk, is_image, first, last in self._shared(category_pk):
            of = {"dataset_pk": dataset_pk, "synset_pk": synset_pk}
            ((dataset, synset, form),) = self._names.rows(**of)
            kind = "image" if is_image else format_of(form).record_kind
            shared = category_pk, category_id, quoted(dataset), quoted(synset), kind
            for start in range(first, last + 1, _MOST):
                yield _Run(*shared, start, min(start + _MOST - 1, last))

    def _shared(self, category_pk: int) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield dataset, synset, whether images, and places of what is after each other."""
        found = [*self._spans.rows(category_pk=category_pk)]
        if all(last - first + 1 == count for *_, first, last, count in found):
            yield from (row[:-1] for row in found)
            return
        rows = self._places.rows(category_pk=category_pk)  # others are between them, or left out
        # Positions that follow each other have the same distance to their numbers.
        numbered = ((*shared, position - i, position) for i, (*shared, position) in enumerate(rows))
        for shared, run in groupby(numbered, itemgetter(0, 1, 2, 3)):
            places = [position for *_, position in run]
            yield *shared[:3], places[0], places[-1]


class _Texts:
    """Runs as JSON, by one connection."""

    def __init__(self, connection: Connection) -> None:
        """Prepare the queries."""
        widen_cache(connection)
        self._images, self._annotations, self._objects, self._entries = (
            Prepared(connection, query)
            for query in (image_texts(), annotation_texts(), object_texts(), entries())
        )

    def of(self, run: _Run) -> tuple[int, ListPart]:
        """Return the exemplars of a run, beside its category.

        Raises DamagedError for one that cannot be written.
        """
        count = run.last - run.first + 1
        written = {"image": self._of_images, "annotation": self._of_annotations}
        text, found = written.get(run.kind, self._of_objects)(run)
        if found < count:  # some are to be written from their columns
            texts = [*map(encode_entry, self._entries.rows(**_places_of(run)))]
            text, count = ",".join(texts).encode(), len(texts)
        return run.category_pk, ListPart(text, count)

    def _of_images(self, run: _Run) -> tuple[bytes, int]:
        rest = f',"category_id":{run.category_id},"dataset":{run.dataset},"synset":{run.synset}}}'
        before = '{"file_name":'
        ((paths, count),) = self._images.rows(**_places_of(run), between=f"{rest},{before}")
        return b"".join((before.encode(), paths, rest.encode())), count

    def _of_annotations(self, run: _Run) -> tuple[bytes, int]:
        ((text, count),) = self._annotations.rows(**_places_of(run), head=_head(run))
        return text, count

    def _of_objects(self, run: _Run) -> tuple[bytes, int]:
        ((text, count),) = self._objects.rows(
            **_places_of(run), head=_head(run), category_id=run.category_id, synset=run.synset
        )
        return text, count


def _places_of(run: _Run) -> dict[str, int]:
    return {"category_pk": run.category_pk, "first": run.first, "last": run.last}


def _head(run: _Run) -> str:
    return f'{{"dataset":{run.dataset},"synset":{run.synset}'


def write_exemplars(context: ExportContext, path: Path) -> WrittenFile:
    """Write the pools at `path`, categories in the order of their file.

    Categories that are not selected have an empty pool. What is excluded is left out.
    """
    count = 0
    with context.session.read_together() as (connection, others), whole_file(path) as file:
        vocabulary_pk = context.category_list(connection, "train")
        selected = context.selected(connection, "train")
        kept = None if selected is None else {*connection.execute(selected).scalars()}
        rows = [*stream_rows(connection, categories(vocabulary_pk))]
        keys = unique_keys(NamedCategory(*called) for _, *called in rows)
        among = context.not_excluded(connection, vocabulary_pk)
        wanted = (row for row in rows if kept is None or row[0] in kept)
        found = _runs(_Runs(connection, *among), wanted)
        parts = in_threads([_Texts(other).of for other in others], found)
        pools = groupby(parts, itemgetter(0))
        following = next(pools, None)
        with context.session.progress(path.name, len(rows), "categories") as advance:
            for i, (category_pk, category_id, *_) in enumerate(rows):
                file.write(f"{',' if i else '{'}{quoted(keys[category_id])}:".encode())
                if following is not None and following[0] == category_pk:
                    count += write_parts(file, map(itemgetter(1), following[1]))
                    following = next(pools, None)
                else:
                    file.write(b"[]")
                advance(1)
        file.write(b"}" if keys else b"{}")
        context.keep_records(path, count, LISTED)
    return WrittenFile(path, count)


def _runs(runs: _Runs, rows: Iterable[Row]) -> Iterator[_Run]:
    """Yield the runs of categories, of which `rows` begin with row number and id."""
    for category_pk, category_id, *_ in rows:
        yield from runs.of(category_pk, category_id)


def _required_images(context: ExportContext, connection: Connection) -> Select[int]:
    vocabulary_pk = find_lvis_vocabulary(connection)
    among = context.not_excluded(connection, vocabulary_pk)
    return pool_images(vocabulary_pk).where(*among)


TARGET = Target(
    "exemplars",
    "metadata/exemplar_dict.json",
    "exemplar_dict.json",
    write_exemplars,
    needs_pools=True,
    ingredients=Ingredients(ANNOTATED_SOURCES, _required_images),
)
