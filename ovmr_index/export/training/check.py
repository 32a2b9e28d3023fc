"""What a code base opens by default, and what of it is there: nothing is changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.db.session import Session
from ovmr_index.errors import shell_command
from ovmr_index.export.training.check_crops import check_crops
from ovmr_index.export.training.check_images import check_images
from ovmr_index.export.training.code_bases import opened_by
from ovmr_index.export.training.lacking import is_optional, what_lacks
from ovmr_index.export.training.listed_images import why_no_json
from ovmr_index.export.training.opened import CropFolder, FromElsewhere, ImagesOf, Opened
from ovmr_index.export.training.place import Place
from ovmr_index.export.training.report import TrainingItem, TrainingReport
from ovmr_index.export.training.zero_shot import ingest_coco


def check_training(session: Session, code_base: str, folder: Path | None = None) -> TrainingReport:
    """Return what a code base opens below a folder, and what of it is there.

    Raises:
        UsageError: There is no such code base, or the folder is none.
    """
    opened = opened_by(code_base)
    place = Place.at(session, folder)
    with session.read() as connection:
        check = _Check(place, connection, code_base, opened)
        items = [check.item(one) for one in opened]
    return TrainingReport(code_base, place.folder, tuple(items))


@dataclass(frozen=True, slots=True)
class _Check:
    place: Place
    connection: Connection
    code_base: str
    opened: Sequence[Opened]

    def item(self, one: Opened) -> TrainingItem:
        found = self._found(one)
        found = replace(found, said_in=one.said_in, part=one.part)
        if found.state != "missing" or not is_optional(self.connection, one):
            return found
        command = ingest_coco(self.place.session.root, "train")
        return replace(found, state="optional", remedy=f"run `{command}`")

    def _found(self, one: Opened) -> TrainingItem:
        match one.kind:
            case ImagesOf():
                found = check_images(self.place, self.connection, one, one.kind, self.opened)
            case CropFolder():
                found = check_crops(self.place.folder, one.path)
            case FromElsewhere(source):
                return self._from_elsewhere(one.path, source)
            case _:
                found = self._file(one.path)
        if found.state != "missing" or found.remedy:
            return found
        lacks = what_lacks(self.place, self.connection, one.kind)
        return replace(found, remedy=lacks or self._command())

    def _file(self, path: str) -> TrainingItem:
        file = self.place.folder / path
        if problem := why_no_json(file):
            detail, _, remedy = problem.partition("; ")
            then = f"{remedy}, then {self._command()}" if remedy else ""
            return TrainingItem(path, "missing", detail, then)
        leads_to = f"a link to {file.readlink()}" if file.is_symlink() else "a file"
        return TrainingItem(path, "there", leads_to)

    def _from_elsewhere(self, path: str, source: str) -> TrainingItem:
        is_there = (self.place.folder / path).is_file()
        detail = "a file" if is_there else f"not made here: {source}"
        return TrainingItem(path, "there" if is_there else "elsewhere", detail)

    def _command(self) -> str:
        command = ["prepare", "training", "--for", self.code_base]
        command += [] if self.place.is_root else ["-o", str(self.place.folder)]
        return f"run `{shell_command(*command)}`"
