"""A flat tree of ImageNet-21K into the three folders that training reads, by moving or linking.

The rule is that of the processing script of "ImageNet-21K Pretraining for the Masses" (Ridnik et
al., 2021): classes of 500 images or fewer go apart; of the others the first 50 are for val. Names
are sorted code point by code point. Images are not resized.
"""

import errno
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ovmr_index.errors import Issue, OvmrIndexError, UsageError, os_reason
from ovmr_index.formats.class_folder import ClassFolders
from ovmr_index.formats.imagenet import ImageNetReader
from ovmr_index.formats.split_names import SPLITS
from ovmr_index.formats.tar import IMAGES
from ovmr_index.progress import Progress, silent
from ovmr_index.storage.remote.path import RemotePath

SMALL_CLASS = 500  # images; a class of so many is apart
VAL = 50
_TRAIN, _VAL, _SMALL = SPLITS
_HALF = (
    "is left as it is: the archive beside it has images that the folder lacks; finish unpacking, or"
    " move the archive away"
)
_REMEDIES = {
    errno.EXDEV: "give an output on the same file system",
    errno.EPERM: "this file system may have no hard links; move instead",
    errno.EOPNOTSUPP: "this file system has no hard links; move instead",
    errno.EMLINK: "the file has too many hard links; move instead",
}


@dataclass(slots=True)
class PrepareReport:
    """How many classes were found and how many of them are small; where images were put now.

    `placed` counts by folder, `kept` are those that were there; `problems` were left out.
    """

    classes: int = 0
    small_classes: int = 0
    placed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    kept: int = 0
    problems: list[Issue] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the report as `prepare imagenet --json` prints it."""
        return {
            "classes": self.classes,
            "small_classes": self.small_classes,
            "placed": self.placed,
            "kept": self.kept,
            "problems": [
                {"file": one.file, "record": one.record, "reason": one.reason}
                for one in self.problems
            ],
        }


def prepare_imagenet(
    folder: Path, output: Path | None = None, *, move: bool = False, progress: Progress = silent
) -> PrepareReport:
    """Put the images of the flat tree `folder` into the three folders below `output`.

    They are hard links, or with `move` the files themselves. What is there is kept and nothing is
    overwritten: a run that was stopped can be started again, and ends as one that was not. A class
    that has grown or shrunk, so that an image is in the wrong folder now, is left alone and named.

    Args:
        folder: A tree with a folder for each class, named by its wnid.
        output: Where the three folders go; `folder`/imagenet21k_P if it is not given.
        move: Move the files instead of linking them.
        progress: Shows how many classes are done.

    Raises:
        OvmrIndexError: There is no class folder, `output` is in one, or the file system cannot
            link or move.
    """
    if isinstance(folder, RemotePath):
        raise UsageError(f"{folder}: is remote, and links and moves are made on a disk")
    output = output or folder / "imagenet21k_P"
    flat = ImageNetReader(folder, "flat")
    wnids = {one.wnid for one in flat.folders() if one.wnid} | _prepared(output)
    list(flat.archives())  # none is read in this layout: those without a folder are problems
    if not wnids:
        raise OvmrIndexError(f"{folder}: holds no class folder n01234567; unpack tars first")
    ours = {output.name, *SPLITS}
    _require_apart(folder, output, wnids)
    halves = {one.record for one in flat.problems} & wnids
    problems = [one for one in flat.problems if one.record not in ours | halves]
    problems += [Issue(file=str(folder), record=one, reason=_HALF) for one in sorted(halves)]
    report = PrepareReport(problems=problems)
    with progress("prepare", len(wnids - halves), "classes") as advance:
        for wnid in sorted(wnids - halves):
            _prepare_class(folder, output, wnid, move, report)
            advance(1)
    return report


def _require_apart(folder: Path, output: Path, wnids: Collection[str]) -> None:
    """Raise OvmrIndexError for an output within a class folder, whose images are its input."""
    for path in (output.resolve(), *output.resolve().parents):
        if path.name in wnids and path == (folder / path.name).resolve():
            raise OvmrIndexError(
                f"{output}: is in the folder of class {path.name}; give another folder"
            )


def _prepared(output: Path) -> set[str]:
    """Return the classes that an earlier run has put somewhere."""
    if not any((output / split).is_dir() for split in SPLITS):
        return set()
    return {one.wnid for one in ImageNetReader(output).folders() if one.wnid}


def _prepare_class(
    folder: Path, output: Path, wnid: str, move: bool, report: PrepareReport
) -> None:
    flat = _images(folder, wnid, report.problems)
    placed = {split: frozenset(_images(output / split, wnid)) for split in SPLITS}
    plan = _plan(frozenset(flat).union(*placed.values()))
    report.classes += bool(plan)
    report.small_classes += _SMALL in plan.values()
    for split, names in placed.items():
        wrong = sum(plan[name] != split for name in names)
        if wrong:
            images = "image is" if wrong == 1 else "images are"
            reason = (
                f"{wrong} {images} in the wrong folder, as the class has grown or shrunk;"
                " move all its images back into the flat tree and prepare it again"
            )
            record = f"{split}/{wnid}"
            report.problems.append(Issue(file=str(output), record=record, reason=reason))
            return
    there = frozenset().union(*placed.values())
    # Links first: what they lead to may be moved.
    coming = sorted(flat.keys() - there, key=lambda name: (not flat[name].is_symlink(), name))
    new = {flat[name]: plan[name] for name in coming}
    _put(new, output, wnid, move, report)
    for name in sorted(flat.keys() & there):
        _keep(flat[name], output / plan[name] / wnid / name, move, report)
    report.kept += len(there - flat.keys())
    if move and flat:
        for path in (folder / wnid / IMAGES, folder / wnid):
            _remove_empty(path)


def _images(folder: Path, wnid: str, problems: list[Issue] | None = None) -> dict[str, Path]:
    """Return the images of a class by name, none where it has no folder.

    They are in its folder, or in the folder `images` of that, as ingest takes them; what is left
    out is put into `problems`.
    """
    found: dict[str, Path] = {}
    problems = [] if problems is None else problems
    reader = ClassFolders(folder, problems, IMAGES)
    for path in (wnid, f"{wnid}/{IMAGES}"):
        if not (folder / path).is_dir():
            continue
        for name in reader.names(path):
            file = folder / path / name
            if found.setdefault(name, file) != file:
                reason = f"another image of the class has this name: {found[name]}"
                problems.append(Issue(file=str(file), reason=reason))
    return found


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink() and not os.listdir(folder):
        folder.rmdir()


def _plan(names: frozenset[str]) -> dict[str, str]:
    """Return the folder that each image of a class belongs to.

    It depends on all that there are, wherever they are: after a stop the plan is the same.
    """
    if len(names) <= SMALL_CLASS:
        return dict.fromkeys(names, _SMALL)
    return {name: _VAL if i < VAL else _TRAIN for i, name in enumerate(sorted(names))}


def _put(
    plan: Mapping[Path, str], output: Path, wnid: str, move: bool, report: PrepareReport
) -> None:
    """Put the images of a class, none of which is there, into their folders."""
    put = _move if move else _link
    targets = {split: output / split / wnid for split in {*plan.values()}}
    try:
        for target in targets.values():
            target.mkdir(parents=True, exist_ok=True)
        for file, split in plan.items():
            put(file, targets[split] / file.name)
            report.placed[split] += 1
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "check the folders, then start it again")
        problem = os_reason(error)
        raise OvmrIndexError(f"{error.filename2 or error.filename}: {problem}; {remedy}") from None


def _link(file: Path, target: Path) -> None:
    """Link a file; for a link it is the file behind it, as a relative one leads elsewhere there."""
    os.link(file.resolve() if file.is_symlink() else file, target)


def _move(file: Path, target: Path) -> None:
    """Move a file; in the place of a link comes the file behind it, which stays where it is too."""
    if file.is_symlink():
        _link(file, target)
        file.unlink()
    else:
        file.rename(target)


def _keep(source: Path, target: Path, move: bool, report: PrepareReport) -> None:
    """Leave an image that is in the flat tree and in its folder; with `move` drop a mere link."""
    if not source.samefile(target):
        reason = f"{target}: another file of this name is there already, and is not overwritten"
        report.problems.append(Issue(file=str(source), reason=reason))
        return
    report.kept += 1
    if move:
        source.unlink()
