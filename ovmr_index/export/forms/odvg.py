"""Boxes as ODVG, a line of JSON an image: what Grounding DINO's open training code reads.

The form is that of `data_format.md` of Open-GroundingDino (commit d248268). What is left out is
what `lvis2odvg.py` of MMDetection (commit 7fd8452) leaves out.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, UsageError, counted
from ovmr_index.export.emptied import keep_records
from ovmr_index.export.forms.annotated_images import AnnotatedImage
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import FormCategory, select_boxes
from ovmr_index.export.forms.clipped_boxes import clipped_box
from ovmr_index.export.forms.form_paths import form_file, name_of_boxes, refuse_inputs
from ovmr_index.export.forms.located_images import image_count
from ovmr_index.export.forms.sized_images import sized_images
from ovmr_index.processes import batches
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.regular import descriptor_of

FORM = "odvg"
_BOX = rb'"bbox"'
_BATCH = 512  # images that are written at once
_LEAST_SIDE = 1  # pixels


@dataclass(slots=True)
class WrittenOdvg:
    """An ODVG file and its map of labels.

    Attributes:
        path: The file.
        label_map: The file that names the labels.
        image_root: The folder that the file names are below.
        images: How many lines the file has.
        boxes: How many boxes these have.
        problems: Images that are not in it, and why.
        notes: What was left out, and what is good to know of the categories.
    """

    path: Path
    label_map: Path
    image_root: Path
    images: int = 0
    boxes: int = 0
    problems: list[Issue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def export_odvg(
    session: Session, options: BoxOptions, path: Path | None, *, allow_empty: bool
) -> WrittenOdvg:
    """Write boxes as `FormExports.odvg` says."""
    path, label_map = _paths(session, options, path)
    with session.read() as connection:
        selection = select_boxes(session, connection, options)
        report = WrittenOdvg(path, label_map, selection.root)
        lines = _Lines(selection.categories)
        images = sized_images(connection, selection, report.problems, records=False)
        total = image_count(connection, selection)
        with (
            whole_file(path) as file,
            whole_file(label_map) as names,
            session.progress("images", total, "images") as advance,
        ):
            names.write(f"{json.dumps(_label_map(selection.categories))}\n".encode())
            for batch in batches(images, _BATCH):
                file.write(lines.of(batch))
                advance(len(batch))
                report.images += len(batch)
            report.boxes = lines.counts["boxes"]
            keep_records(path, report.boxes, _BOX, allow_empty=allow_empty)
    report.notes += [*lines.notes(), *selection.notes]
    return report


def _paths(session: Session, options: BoxOptions, given: Path | None) -> tuple[Path, Path]:
    """Return where the file goes, and where its map of labels goes, which is beside it."""
    if given is not None and descriptor_of(given) is not None:
        raise UsageError(f"-o {given}: two files are written; give the path of the first")
    path = form_file(session, given, FORM, f"{name_of_boxes(options)}.jsonl")
    label_map = path.with_name(f"{path.stem}_label_map.json")
    if label_map == path:
        raise UsageError(f"{path}: is the name of the map of labels; give another name")
    form_file(session, label_map, FORM, "")
    for one in (path, label_map):
        refuse_inputs(one, options)
    return path, label_map


def _label_map(categories: Sequence[FormCategory]) -> dict[str, str]:
    return {str(label): one.name for label, one in enumerate(categories)}


class _Lines:
    """Makes the lines of images, and counts the boxes of them and what is left out."""

    def __init__(self, categories: Sequence[FormCategory]) -> None:
        """Take the categories by their labels."""
        self._names = [one.name for one in categories]
        self.counts = Counter[str]()

    def of(self, images: Iterable[AnnotatedImage]) -> bytes:
        """Return the lines of images whose sizes are known."""
        return "".join(f"{json.dumps(self._line(one))}\n" for one in images).encode()

    def _line(self, image: AnnotatedImage) -> dict[str, Any]:
        instances = [*self._instances(image, image.width or 0, image.height or 0)]
        self.counts["boxes"] += len(instances)
        return {
            "filename": image.file_name,
            "height": image.height,
            "width": image.width,
            "detection": {"instances": instances},
        }

    def _instances(
        self, image: AnnotatedImage, width: int, height: int
    ) -> Iterator[dict[str, Any]]:
        for box in image.boxes:
            corners = clipped_box(box.x, box.y, box.w, box.h, width, height)
            if box.is_crowd:
                self.counts["crowds"] += 1
            elif min(corners.width, corners.height) < _LEAST_SIDE:
                self.counts["small"] += 1
            else:
                yield {"bbox": corners, "label": box.place, "category": self._names[box.place]}

    def notes(self) -> Iterator[str]:
        """Yield what was left out, a line each."""
        if crowds := self.counts["crowds"]:
            yield f"{counted(crowds, 'crowd')} left out"
        if small := self.counts["small"]:
            yield f"{counted(small, 'box', 'boxes')} left out, less than a pixel wide or high"
