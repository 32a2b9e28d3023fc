"""A detection dataset as Ultralytics reads it: links to its images, and labels beside them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, counted, os_reason
from ovmr_index.export.forms.annotated_images import AnnotatedImage
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import select_boxes
from ovmr_index.export.forms.flat_names import FlatNames
from ovmr_index.export.forms.form_paths import form_folder, name_of_boxes, refuse_inputs
from ovmr_index.export.forms.located_images import image_count
from ovmr_index.export.forms.sized_images import sized_images
from ovmr_index.export.forms.yolo_folder import YoloFolder, YoloSplit
from ovmr_index.export.forms.yolo_labels import ImageLabels, image_labels
from ovmr_index.export.outputs import check_output, check_output_folder
from ovmr_index.formats.split_names import MEANT, TEST
from ovmr_index.processes import batches
from ovmr_index.storage.atomic import SmallFile, sync_folders, write_files

FORM = "yolo"
_BATCH = 512  # images whose labels are written at once


@dataclass(slots=True)
class WrittenYolo:
    """What an export of a split wrote.

    Attributes:
        folder: Where data.yaml is.
        split: The split that was written.
        images: How many images are in it, written now or before.
        boxes: How many lines their labels have.
        problems: Images that are not in it, and why; and what else is in its folders.
        notes: What is good to know of the rest.
    """

    folder: Path
    split: YoloSplit
    images: int = 0
    boxes: int = 0
    problems: list[Issue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def export_yolo(
    session: Session,
    options: BoxOptions,
    folder: Path | None,
    *,
    split: YoloSplit | None,
    segments: bool,
) -> WrittenYolo:
    """Write a split of a dataset, as `FormExports.yolo` says."""
    with session.read() as connection:
        selection = select_boxes(session, connection, options)
        dataset, meant = _without_split(selection.source)
        folder = form_folder(session, folder, FORM, name_of_boxes(replace(options, source=dataset)))
        target = YoloFolder(folder, split or meant, session.root)
        for below in (target.images, target.labels):
            check_output_folder(session, below)
        check_output(session, target.data_file)
        refuse_inputs(target.data_file, options)
        report = WrittenYolo(folder, target.split)
        report.notes += _notes_of(target.claim([one.name for one in selection.categories]))
        writer = _Writer(target, selection.dataset, report, segments=segments)
        images = sized_images(connection, selection, report.problems, records=segments)
        with session.progress("images", image_count(connection, selection), "images") as advance:
            for batch in batches(images, _BATCH):
                writer.write(batch)
                advance(len(batch))
    writer.finish()
    report.notes += selection.notes
    return report


def _without_split(source: str) -> tuple[str, YoloSplit]:
    """Return the name of a source without the split that it ends in, and the split, else train."""
    name, _, last = source.rpartition("_")
    if not name or (last not in TEST and last not in MEANT):
        return source, "train"
    return name, "test" if last in TEST else "val" if MEANT[last] == "val" else "train"


def _notes_of(splits: Sequence[YoloSplit]) -> list[str]:
    missing = [one for one in ("train", "val") if one not in splits]
    return [f"there is no {one} in it yet; export it to the same folder" for one in missing]


class _Entry(NamedTuple):
    """An image of the split: its name there, what the link to it holds, and its labels."""

    file_name: str
    name: str
    target: str
    labels: ImageLabels

    @property
    def stem(self) -> str:
        """The name that the image and its labels share."""
        return PurePosixPath(self.name).stem


class _Writer:
    """Writes images and labels of a split, and counts what is in it."""

    def __init__(
        self, folder: YoloFolder, dataset: str, report: WrittenYolo, *, segments: bool
    ) -> None:
        self._folder, self._report, self._segments = folder, report, segments
        self._dataset = dataset
        self._names, self._written = FlatNames(), set[str]()
        self._counts = Counter[str]()

    def write(self, images: Sequence[AnnotatedImage]) -> None:
        """Write some images: the label of each, and then the link to it."""
        entries = [one for one in map(self._entry, images) if one is not None]
        files = [
            SmallFile(one.labels.text.encode(), (self._folder.labels / f"{one.stem}.txt",))
            for one in entries
        ]
        changed = [file for file in files if not _is_there(file)]
        if changed:
            self._folder.forget_cache()
        reasons = dict(zip(map(_path, changed), write_files(changed), strict=True))
        for one, file in zip(entries, files, strict=True):
            reason = reasons.get(_path(file)) or self._folder.links.put(one.name, one.target)
            if reason is None:
                self._count(one)
            else:
                self._add_problem(one.file_name, reason)

    def _entry(self, image: AnnotatedImage) -> _Entry | None:
        """Return what is written of an image; None, and a problem, where it cannot be linked."""
        name = self._names.name(image.file_name)
        try:
            target = self._folder.target(image.location)
        except OSError as error:
            self._add_problem(image.file_name, os_reason(error))
            return None
        labels = image_labels(image, segments=self._segments)
        return _Entry(image.file_name, name, target, labels)

    def _count(self, one: _Entry) -> None:
        self._written.add(one.stem)
        self._report.images += 1
        self._report.boxes += one.labels.boxes
        self._counts.update(crowds=one.labels.crowds, empty=one.labels.empty)

    def _add_problem(self, file_name: str, reason: str) -> None:
        self._report.problems.append(Issue(self._dataset, file_name, reason=reason))

    def finish(self) -> None:
        """Note what was left out, and what else is in the folders."""
        sync_folders([self._folder.images, self._folder.labels])
        if crowds := self._counts["crowds"]:
            self._report.notes.append(f"{counted(crowds, 'crowd')} left out")
        if empty := self._counts["empty"]:
            boxes = counted(empty, "box", "boxes")
            self._report.notes.append(f"{boxes} left out, of which nothing is on the image")
        if others := self._folder.left_over(self._written):
            reason = (
                f"{counted(others, 'file')} there or in {self._folder.labels} of no image of this"
                " export; delete both folders, and export again"
            )
            self._report.problems.append(Issue(file=str(self._folder.images), reason=reason))


def _path(file: SmallFile) -> Path:
    return file.targets[0]


def _is_there(file: SmallFile) -> bool:
    try:
        return _path(file).read_bytes() == file.content
    except OSError:
        return False
