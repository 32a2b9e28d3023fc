"""`exemplar_dict.json`: the whole pool of each category, an object from synset to list.

The exemplars of a category are taken by the run: those after each other of one dataset and synset.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sqlalchemy import Connection, Select

from ovmr_index.db.bulk import Prepared, stream_rows
from ovmr_index.db.engine import widen_cache
from ovmr_index.export.context import ExportContext
from ovmr_index.export.emptied import LISTED
from ovmr_index.export.exemplar_queries import (
    box_texts,
    category_runs,
    image_texts,
    names,
    one_entry,
)
from ovmr_index.export.json_records import encode_entry
from ovmr_index.export.required_image_queries import pool_images
from ovmr_index.export.target import Ingredients, Target, WrittenFile
from ovmr_index.ingest.stored_sources import find_lvis_vocabulary
from ovmr_index.processes import batches
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import categories
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.unique_keys import NamedCategory, unique_keys

# Visual Genome's annotations fill pools too; ImageNet and trees of images have no annotation files.
ANNOTATED_SOURCES = (LVIS_TRAIN, "visual_genome")
_MOST = 4_096  # exemplars that are in memory at once


class _Run(NamedTuple):
    """Exemplars of a category at the places `first` to `last` of its pool, with what they share."""

    category_pk: int
    category_id: int
    dataset: str
    synset: str
    first: int
    last: int


class _Texts:
    """The exemplars of one category after the other as JSON."""

    def __init__(self, connection: Connection) -> None:
        """Prepare the queries."""
        self._runs, self._names, self._images, self._boxes, self._entry = (
            Prepared(connection, query)
            for query in (category_runs(), names(), image_texts(), box_texts(), one_entry())
        )

    def of(self, category_pk: int, category_id: int) -> Iterator[tuple[str, int]]:
        """Yield the category's exemplars, some at a time, joined by commas, and their number."""
        rows = self._runs.rows(category_pk=category_pk)
        for (dataset_pk, synset_pk, is_image), run in groupby(rows, itemgetter(0, 1, 2)):
            (found,) = self._names.rows(dataset_pk=dataset_pk, synset_pk=synset_pk)
            write = self._of_images if is_image else self._of_boxes
            for some in batches(map(itemgetter(3), run), _MOST):
                dataset, synset = map(quoted, found)
                of = _Run(category_pk, category_id, dataset, synset, some[0], some[-1])
                yield write(of), len(some)

    def _of_images(self, run: _Run) -> str:
        rest = f',"category_id":{run.category_id},"dataset":{run.dataset},"synset":{run.synset}}}'
        before = '{"file_name":'
        ((paths,),) = self._images.rows(
            category_pk=run.category_pk,
            first=run.first,
            last=run.last,
            between=f"{rest},{before}",
        )
        return f"{before}{paths}{rest}"

    def _of_boxes(self, run: _Run) -> str:
        rows = self._boxes.rows(
            category_pk=run.category_pk,
            first=run.first,
            last=run.last,
            category_id=run.category_id,
            synset=run.synset,
            head=f'{{"dataset":{run.dataset},"synset":{run.synset}',
        )
        return ",".join(
            text if text is not None and text[-1] == "}" else self._one(run.category_pk, position)
            for position, text in rows
        )

    def _one(self, category_pk: int, position: int) -> str:
        """Return an exemplar whose record says other than the index, or is damaged."""
        (row,) = self._entry.rows(category_pk=category_pk, position=position)
        return encode_entry(row)


def write_exemplars(context: ExportContext, path: Path) -> WrittenFile:
    """Write the pools at `path`, categories in the order of their file.

    Categories that are not selected have an empty pool.
    """
    count = 0
    with context.session.read() as connection, whole_file(path) as file:
        vocabulary_pk = context.category_list(connection, "train")
        selected = context.selected(connection, "train")
        kept = None if selected is None else {*connection.execute(selected).scalars()}
        rows = [*stream_rows(connection, categories(vocabulary_pk))]
        keys = unique_keys(NamedCategory(*called) for _, *called in rows)
        widen_cache(connection)
        texts = _Texts(connection)
        with context.session.progress(path.name, len(rows), "categories") as advance:
            for i, (category_pk, category_id, *_) in enumerate(rows):
                file.write(f"{',' if i else '{'}{quoted(keys[category_id])}:".encode())
                is_kept = kept is None or category_pk in kept
                count += _write_list(file, texts.of(category_pk, category_id) if is_kept else ())
                advance(1)
        file.write(b"}" if keys else b"{}")
        context.keep_records(path, count, LISTED)
    return WrittenFile(path, count)


def _write_list(file: BinaryIO, parts: Iterable[tuple[str, int]]) -> int:
    """Write parts of an array, each with the number of its elements; return how many there are."""
    file.write(b"[")
    count = 0
    for text, number in parts:
        file.write(b"," if count else b"")
        file.write(text.encode())
        count += number
    file.write(b"]")
    return count


def _required_images(connection: Connection) -> Select[int]:
    return pool_images(find_lvis_vocabulary(connection))


TARGET = Target(
    "exemplars",
    "metadata/exemplar_dict.json",
    "exemplar_dict.json",
    write_exemplars,
    needs_pools=True,
    ingredients=Ingredients(ANNOTATED_SOURCES, _required_images),
)
