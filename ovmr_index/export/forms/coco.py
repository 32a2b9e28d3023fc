"""A plain COCO file of any boxes, which every client of COCO reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ovmr_index.db.session import Session
from ovmr_index.export.emptied import ANNOTATIONS, keep_records
from ovmr_index.export.forms import coco_queries as queries
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import BoxSelection, select_boxes
from ovmr_index.export.forms.coco_content import CocoContent
from ovmr_index.export.forms.coco_records import header_members
from ovmr_index.export.forms.shot_options import Shots
from ovmr_index.export.forms.shots import Picked, pick_shots
from ovmr_index.export.json_list import write_parts
from ovmr_index.storage.atomic import whole_file

_NO_ANNOTATION = "the file has no annotation: no box is of a category in it"


@dataclass(frozen=True, slots=True)
class WrittenCoco:
    """A COCO file that was written.

    Attributes:
        path: The file.
        image_root: The folder that the file names of its images are below.
        annotations: How many it has.
        images: How many it has; those without an annotation count.
        categories: How many it has.
        problems: The images that were left out with their annotations, and why.
        notes: What is good to know of categories, shots and boxes.
    """

    path: Path
    image_root: Path
    annotations: int
    images: int
    categories: int
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()


def write_coco(
    session: Session,
    options: BoxOptions,
    path: Path,
    shots: Shots | None = None,
    *,
    allow_empty: bool = False,
) -> WrittenCoco:
    """Write boxes as a COCO file: all images that are selected, or those that hold a shot.

    Raises:
        UsageError: There is no such source, vocabulary, partition, map, category or image.
        EmptyOutputError: There are no annotations, and the file has some.
        OvmrIndexError: A file cannot be read or written.
    """
    with session.read() as connection:
        selection = select_boxes(session, connection, options)
        picked = Picked(selection, None, ())
        if shots is not None:
            picked = pick_shots(connection, selection, shots)
        header = connection.execute(queries.header(selection.source_pk)).scalar()
        others = header_members(header, selection.source_pk, selection.source)
        content = CocoContent(connection, picked.selection, picked.regions)
        with (
            whole_file(path) as file,
            session.progress(path.name, None, "records") as advance,
        ):
            images, annotations = _write(file, others, content, selection, advance)
            keep_records(path, annotations, ANNOTATIONS, allow_empty=allow_empty)
    notes = [*selection.notes, *picked.notes, *content.notes()]
    if not annotations:
        notes.append(_NO_ANNOTATION)
    return WrittenCoco(
        path,
        selection.root,
        annotations,
        images,
        len(selection.categories),
        tuple(content.problems),
        tuple(notes),
    )


def _write(
    file: BinaryIO,
    others: Mapping[str, Any],
    content: CocoContent,
    selection: BoxSelection,
    advance: Callable[[int], object],
) -> tuple[int, int]:
    """Write a file; return how many images and annotations it has."""
    file.write(msgspec.json.encode(others)[:-1])
    file.write(b',"images":')
    images = write_parts(file, content.images(), advance)
    file.write(b',"annotations":')
    annotations = write_parts(file, content.annotations(), advance)
    file.write(b',"categories":')
    file.write(msgspec.json.encode([one.record for one in selection.categories]))
    file.write(b"}")
    return images, annotations
