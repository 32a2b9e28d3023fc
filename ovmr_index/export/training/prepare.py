"""What a code base opens by default, made as links and exports; what is there is left as it is."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, command, counted
from ovmr_index.export.api import Exports
from ovmr_index.export.target import WrittenFile
from ovmr_index.export.training.check import check_training
from ovmr_index.export.training.check_crops import check_crops
from ovmr_index.export.training.code_bases import FIVE, THIRTY, opened_by
from ovmr_index.export.training.image_links import image_links, links_in_the_way, make_image_links
from ovmr_index.export.training.lacking import is_optional, what_lacks
from ovmr_index.export.training.listed_images import why_no_json
from ovmr_index.export.training.opened import (
    AnnotationFile,
    CropFolder,
    ExportedFile,
    FromElsewhere,
    ImagesOf,
    Opened,
    SampleFile,
    ZeroShotFile,
)
from ovmr_index.export.training.place import Place
from ovmr_index.export.training.report import TrainingItem, TrainingReport
from ovmr_index.export.training.zero_shot import find_coco, write_zero_shot
from ovmr_index.samples.api import Samples
from ovmr_index.storage.symbolic_links import make_link
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import RARE_PARTITION, PartitionFilter

_Write = Callable[[Path], WrittenFile]


def prepare_training(
    session: Session, code_base: str, folder: Path | None = None
) -> TrainingReport:
    """Make what a code base opens below a folder, and return what is there then.

    Raises:
        UsageError: There is no such code base, or the folder is none.
        ProtectedPathError: The folder is among the images of a dataset.
    """
    opened = opened_by(code_base)
    work = _Work(Place.at(session, folder), opened, Exports(session))
    for one in opened:
        work.make(one)
    report = check_training(session, code_base, folder)
    items = tuple(work.described(one) for one in report.items)
    return replace(report, items=items, notes=tuple(dict.fromkeys(work.notes)))


@dataclass(slots=True)
class _Work:
    """One run: what was `made`, by path, and why something could not be."""

    place: Place
    opened: Sequence[Opened]
    exports: Exports
    made: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def make(self, one: Opened) -> None:
        """Make one thing, unless it is there or something is in its place."""
        with self.place.session.read() as connection:
            if is_optional(connection, one) or isinstance(one.kind, FromElsewhere):
                return
            if what_lacks(self.place, connection, one.kind):
                return  # as the check says
        try:
            self._make(one)
        except OvmrIndexError as error:
            self.failed[one.path] = str(error)

    def described(self, item: TrainingItem) -> TrainingItem:
        """Return an item of the report as this run left it."""
        if item.state == "there" and item.path in self.made:
            return replace(item, state="made")
        if item.state == "missing" and item.path in self.failed:
            return replace(item, remedy=self.failed[item.path])
        return item

    def _make(self, one: Opened) -> None:
        match one.kind:
            case ImagesOf():
                self._link_images(one, one.kind)
            case AnnotationFile(split):
                self._link_annotations(one, split)
            case ExportedFile(target, split, without_rare):
                rare = PartitionFilter(RARE_PARTITION, "novel", only=False)
                write = partial(
                    self.exports.target,
                    target,
                    split=split,
                    partition_filter=rare if without_rare else None,
                )
                self._write(one, write)
            case SampleFile(draw):
                self._write(one, partial(self.exports.sample, draw))
            case ZeroShotFile():
                self._write(one, partial(write_zero_shot, self.place.session, one.kind))
            case CropFolder(of_coco):
                self._crop(one, of_coco=of_coco)

    def _write(self, one: Opened, write: _Write) -> None:
        """Link the file that the root has, or write it."""
        file = self.place.folder / one.path
        if os.path.lexists(file):
            return
        published = self.place.session.root / one.path
        if not self.place.is_root and why_no_json(published) is None:
            self._link(one, published)
            return
        written = write(file)
        self.made.add(one.path)
        self.notes += [*written.problems, *written.notes]

    def _link(self, one: Opened, target: Path) -> None:
        file = self.place.folder / one.path
        if os.path.lexists(file):
            return
        if reason := make_link(file, target, self.place.tops):
            raise OvmrIndexError(f"{file}: {reason}")
        self.made.add(one.path)

    def _link_annotations(self, one: Opened, split: str) -> None:
        with self.place.session.read() as connection:
            file = self.place.lvis_file(connection, split)
        self._link(one, file)

    def _link_images(self, one: Opened, kind: ImagesOf) -> None:
        with self.place.session.read() as connection:
            root = self.place.dataset(connection, kind.dataset)
        if root is None:
            return
        links = image_links(self.place, one, kind, root, self.opened)
        new = [link for link, _ in links if not os.path.lexists(link)]
        folder = self.place.folder / one.path
        reasons = make_image_links(self.place, folder, links)
        if any(link.is_symlink() for link in new):
            self.made.add(one.path)
        if reasons and not links_in_the_way(folder, links):
            self.failed[one.path] = reasons[0]

    def _crop(self, one: Opened, *, of_coco: bool) -> None:
        folder = self.place.folder / one.path
        if check_crops(self.place.folder, one.path).state == "there":
            return
        root = self.place.session.root
        if not self.place.is_root and check_crops(root, one.path).state == "there":
            self._link(one, root / one.path)
            return
        vocabulary = LVIS_TRAIN
        if of_coco:
            with self.place.session.read() as connection:
                source = find_coco(connection, "train")
            vocabulary = vocabulary if source is None else source.name
        draws = [replace(draw, vocabulary=vocabulary) for draw in (THIRTY, FIVE)]
        train, val = (Samples(self.place.session).draw(draw).categories for draw in draws)
        report = self.exports.crops(train, val, folder, vocabulary=vocabulary)
        self.made.add(one.path)
        self.notes += [issue.describe() for issue in (*report.problems, *report.notes)]
        if report.problems:
            left = counted(len(report.problems), "crop")
            self.failed[one.path] = f"{left} could not be made; run {command('verify')}"
