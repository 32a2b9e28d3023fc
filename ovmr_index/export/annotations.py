"""`lvis_v1_train_norare.json` and its like: an annotation file with some of its annotations."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Executable, Select, select

from ovmr_index.db.bulk import Prepared, Row, stream_rows
from ovmr_index.db.models import Source
from ovmr_index.db.stored_json import decoded, read_again
from ovmr_index.errors import MissingSourceError, command
from ovmr_index.export.annotation_queries import (
    annotations,
    given,
    image_records,
    in_span,
    joined_records,
    records,
    span,
)
from ovmr_index.export.context import ExportContext
from ovmr_index.export.emptied import ANNOTATIONS
from ovmr_index.export.json_list import ITEMS, ListPart, list_parts, write_parts
from ovmr_index.export.target import Ingredients, Target, WrittenFile
from ovmr_index.processes import batches, in_threads
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import category_records, file_vocabulary
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import RARE_PARTITION, PartitionFilter

_HEADER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RECORD = msgspec.json.Decoder(dict[str, msgspec.Raw])


def write_annotations(context: ExportContext, path: Path) -> WrittenFile:
    """Write a vocabulary's own file with the annotations of the selected categories.

    Everything else is unchanged.

    Raises:
        MissingSourceError: The vocabulary came with no annotation file.
    """
    count = 0
    with (
        context.session.read_together() as (connection, others),
        whole_file(path) as file,
        context.session.progress(path.name, None, "records") as advance,
    ):
        source_pk = _file_source(connection, context)
        selected = context.selected(connection, context.split)
        for i, (name, part) in enumerate(_members(connection, others, source_pk, selected)):
            file.write(f"{',' if i else '{'}{quoted(name)}:".encode())
            if isinstance(part, str):
                file.write(part.encode())
            else:
                written = write_parts(file, part, advance)
                count = written if name == "annotations" else count
        file.write(b"}")
        context.keep_records(path, count, ANNOTATIONS)
    return WrittenFile(path, count)


def write_norare(context: ExportContext, path: Path) -> WrittenFile:
    """Write the file of a split without the annotations of rare categories."""
    without_rare = PartitionFilter(RARE_PARTITION, "novel", only=False)
    return write_annotations(replace(context, partition_filter=without_rare), path)


def write_rareonly(context: ExportContext, path: Path) -> WrittenFile:
    """Write the file of a split with the annotations of rare categories alone."""
    only_rare = PartitionFilter(RARE_PARTITION, "novel", only=True)
    return write_annotations(replace(context, partition_filter=only_rare), path)


class _Records:
    """The records of annotations as JSON, by one connection."""

    def __init__(self, connection: Connection, which: Select[int, int]) -> None:
        """Prepare the queries; `which` selects some annotations by its parameters."""
        self._joined = Prepared(connection, joined_records(which))
        self._each = Prepared(connection, records(which))

    def of(self, parameters: dict[str, Any]) -> ListPart:
        """Return the records of some annotations; raises DamagedError where one is none."""
        ((text, found, count),) = self._joined.rows(**parameters)
        if found < count:
            rows = self._each.rows(**parameters)
            text = ",".join(_checked(rows, "region_records.record")).encode()
        return ListPart(text or b"", count)


def _annotations(
    connection: Connection,
    others: Sequence[Connection],
    source_pk: int,
    selected: Select[int] | None,
) -> Iterator[ListPart]:
    """Yield a file's annotations in its order, all or of selected categories."""
    first, last, least_ahead, most_ahead = connection.execute(span(source_pk)).one()
    parts: Iterable[dict[str, Any]]
    if least_ahead == most_ahead:
        which = in_span(source_pk, selected)
        starts = range(first or 0, (last or -1) + 1, ITEMS)
        parts = ({"first": at, "last": min(at + ITEMS - 1, last or 0)} for at in starts)
    else:
        which = given()
        rows = stream_rows(connection, annotations(source_pk, selected))
        parts = ({"pks": json.dumps([pk for (pk,) in some])} for some in batches(rows, ITEMS))
    found = in_threads([_Records(other, which).of for other in others], parts)
    return (part for part in found if part.number)


def annotation_file(connection: Connection, source_pk: int) -> dict[str, Any]:
    """Return the whole of an annotation file as Python objects."""
    return {
        name: json.loads(part)
        if isinstance(part, str)
        else [record for some in part for record in json.loads(b"[%b]" % some.text)]
        for name, part in _members(connection, [connection], source_pk, None)
    }


def _members(
    connection: Connection,
    others: Sequence[Connection],
    source_pk: int,
    selected: Select[int] | None,
) -> Iterator[tuple[str, str | Iterator[ListPart]]]:
    """Yield the members of an annotation file in its order: JSON texts, or parts of a list."""
    query = select(Source.c.header).where(Source.c.pk == source_pk)
    content = connection.execute(query).scalar_one() or "{}"
    header = decoded(_HEADER, content, "sources.header", source_pk, read_again())
    vocabulary_pk = connection.execute(file_vocabulary(source_pk)).scalar()

    def of_query(query: Executable, column: str) -> Iterator[ListPart]:
        return list_parts(_checked(stream_rows(connection, query), column))

    lists = {
        "images": lambda: of_query(image_records(source_pk), "image_records.record"),
        "categories": lambda: of_query(category_records(vocabulary_pk), "categories.record"),
        "annotations": lambda: _annotations(connection, others, source_pk, selected),
    }
    for name, raw in header.items():
        # Without white space, of which an ingest may have kept more or less.
        yield (
            name,
            lists[name]() if name in lists else msgspec.json.format(str(raw, "utf-8"), indent=-1),
        )


def _checked(rows: Iterable[Row], column: str) -> Iterator[str]:
    """Yield the records of rows (pk, record); raises DamagedError for what is none."""
    for pk, record in rows:
        decoded(_RECORD, record or "", column, pk, read_again())
        yield record


def _file_source(connection: Connection, context: ExportContext) -> int:
    source_pk = context.source(connection)
    header = select(Source.c.header).where(Source.c.pk == source_pk)
    if connection.execute(header).scalar() is None:
        raise MissingSourceError(
            f"vocabulary {context.vocabulary} came with no annotation file;"
            f" run {command('ingest coco')}"
        )
    return source_pk


_TRAIN_FILE = Ingredients(sources=(LVIS_TRAIN,))
TARGET = Target(
    "annotations",
    "lvis/lvis_v1_{split}_all.json",
    "annotations_all.json",
    write_annotations,
    ingredients=_TRAIN_FILE,
)
NORARE = Target(
    "norare",
    "lvis/lvis_v1_{split}_norare.json",
    "norare.json",
    write_norare,
    ingredients=_TRAIN_FILE,
)
RAREONLY = Target(
    "rareonly",
    "lvis/lvis_v1_{split}_rare_only.json",
    "rare_only.json",
    write_rareonly,
    ingredients=_TRAIN_FILE,
)
