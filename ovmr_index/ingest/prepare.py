"""A flat tree of ImageNet-21K into the three folders that training reads, by moving or linking.

The rule is that of the processing script of "ImageNet-21K Pretraining for the Masses" (Ridnik et
al., 2021): classes of 500 images or fewer go apart; of the others the first 50 are for val. Names
are sorted code point by code point. Images are not resized.
"""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ovmr_index.errors import Issue, OvmrIndexError, os_reason
from ovmr_index.formats.imagenet import SPLITS, ImageNetReader
from ovmr_index.formats.tar import SUFFIXES
from ovmr_index.progress import Progress, silent

SMALL_CLASS = 500  # images; a class of so many is apart
VAL = 50
_TRAIN, _VAL, _SMALL = SPLITS
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
        OvmrIndexError: There is no class folder, or the file system cannot link or move.
    """
    output = output or folder / "imagenet21k_P"
    flat = ImageNetReader(folder, "flat")
    wnids = {one.path for one in flat.folders()} | _prepared(output)
    if not wnids:
        raise OvmrIndexError(f"{folder}: holds no class folder n01234567; unpack tars first")
    ours = {output.name, *SPLITS}
    problems = [one for one in flat.problems if one.record not in ours]
    report = PrepareReport(problems=problems)
    with progress("prepare", len(wnids), "classes") as advance:
        for wnid in sorted(wnids):
            _prepare_class(folder, output, wnid, move, report)
            advance(1)
    return report


def _prepared(output: Path) -> set[str]:
    """Return the classes that an earlier run has put somewhere."""
    if not any((output / split).is_dir() for split in SPLITS):
        return set()
    return {one.path.rpartition("/")[2] for one in ImageNetReader(output).folders()}


def _prepare_class(
    folder: Path, output: Path, wnid: str, move: bool, report: PrepareReport
) -> None:
    flat = _image_names(folder / wnid)
    placed = {split: _image_names(output / split / wnid) for split in SPLITS}
    plan = _plan(flat.union(*placed.values()))
    report.classes += 1
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
    _put(folder / wnid, output, {name: plan[name] for name in sorted(flat - there)}, move, report)
    for name in sorted(flat & there):
        _keep(folder / wnid / name, output / plan[name] / wnid / name, move, report)
    report.kept += len(there - flat)
    if move and flat and not os.listdir(folder / wnid):
        (folder / wnid).rmdir()


def _image_names(folder: Path) -> frozenset[str]:
    """Return the names of a folder's images, none where there is no such folder."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        problem = os_reason(error)
        raise OvmrIndexError(f"{folder}: {problem}; check its permissions") from None
    return frozenset(one for one in names if one.endswith(SUFFIXES) and not one.startswith("."))


def _plan(names: frozenset[str]) -> dict[str, str]:
    """Return the folder that each image of a class belongs to.

    It depends on all that there are, wherever they are: after a stop the plan is the same.
    """
    if len(names) <= SMALL_CLASS:
        return dict.fromkeys(names, _SMALL)
    return {name: _VAL if i < VAL else _TRAIN for i, name in enumerate(sorted(names))}


def _put(
    source: Path, output: Path, plan: Mapping[str, str], move: bool, report: PrepareReport
) -> None:
    """Put the images of a class, none of which is there, into their folders."""
    put = os.rename if move else os.link
    targets = {split: output / split / source.name for split in {*plan.values()}}
    try:
        for target in targets.values():
            target.mkdir(parents=True, exist_ok=True)
        for name, split in plan.items():
            put(f"{source}/{name}", f"{targets[split]}/{name}")
            report.placed[split] += 1
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "check the folders, then start it again")
        problem = os_reason(error)
        raise OvmrIndexError(f"{error.filename2 or error.filename}: {problem}; {remedy}") from None


def _keep(source: Path, target: Path, move: bool, report: PrepareReport) -> None:
    """Leave an image that is in the flat tree and in its folder; with `move` drop a mere link."""
    if not source.samefile(target):
        reason = f"{target}: another file of this name is there already, and is not overwritten"
        report.problems.append(Issue(file=str(source), reason=reason))
        return
    report.kept += 1
    if move:
        source.unlink()
