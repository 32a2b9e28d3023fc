"""The files of OpenImages beside its boxes: descriptions of classes, hierarchy, and images."""

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats.text_file import text_lines

_BOXES = re.compile(r"(?:.*[-_])?(train|validation|val|test)-annotations-bbox\.csv")
_DESCRIPTIONS = re.compile(r"(?:.*[-_])?class-descriptions(?:[-_].*)?\.csv")
_USUAL_DESCRIPTIONS = "class-descriptions-boxable.csv"
_HEADER = ("labelname", "id", "mid")  # that the first column of a line of names is called
_OTHER_NAMES = {"validation": "val", "val": "validation"}
_HEX = "0123456789abcdef"
_FOLDERS = ("", "annotations", "csv_folder", "metadata", "csv")  # that files are put into


def box_files(folder: Path) -> list[tuple[str, Path]]:
    """Return the files of boxes in a folder or its `annotations`, each with its split, by name."""
    found = ((path, _BOXES.fullmatch(path.name)) for path in _files(folder))
    return [(match[1], path) for path, match in found if match is not None]


def annotation_files(boxes: Path) -> tuple[Path, Path]:
    """Return a file of boxes and the descriptions of its classes: beside it, or one folder up.

    Of several those of the boxable classes are meant, and of these the last by name, which is the
    newest.
    """
    for folder in (boxes.parent, boxes.parent.parent):
        named = sorted(one for one in _listed(folder) if _DESCRIPTIONS.fullmatch(one.name))
        if named:
            return boxes, max(named, key=lambda path: ("boxable" in path.name, path.name))
    return boxes, boxes.parent / _USUAL_DESCRIPTIONS


def read_descriptions(path: Path) -> dict[str, str]:
    """Return the names of the classes by their LabelName, in the file's order.

    Raises RecordError for a line that is no pair, and for a class that stands twice.
    """
    found: dict[str, str] = {}
    for number, line in text_lines(path):
        row = next(csv.reader([line]))
        if number == 1 and row[0].strip().casefold() in _HEADER:
            continue
        label, *names = (cell.strip() for cell in row)
        if len(names) != 1 or not label or not names[0]:
            problem = f"{shortened(line)!r} is no pair of LabelName and DisplayName"
            raise RecordError(path, f"line {number}", problem, "fix the line")
        if label in found:
            problem = f"{shortened(label)} stands twice"
            raise RecordError(path, f"line {number}", problem, "remove one of them")
        found[label] = names[0]
    if not found:
        raise RecordError(path, "", "describes no class", "download it again")
    return found


class ImageFolders:
    """The folders that images of a split may be in, below the root of the images."""

    def __init__(self, root: Path, split: str) -> None:
        """List those that are there."""
        self._root = root
        self.paths = tuple(path for path in _candidates(split) if (root / path).is_dir())

    def path_of(self, image_id: str) -> str:
        """Return the path of an image: the first that is there, else the first that may be."""
        found = [
            f"{folder}/{image_id}.jpg"
            for folder in self.paths
            if folder[-2:-1] != "_" or folder[-1] == image_id[:1]
        ]
        if not found:
            return f"{self.paths[0]}/{image_id}.jpg"
        there = (path for path in found if os.path.exists(self._root / path))  # noqa: PTH110
        return found[0] if len(found) == 1 else next(there, found[0])


def _candidates(split: str) -> Iterator[str]:
    """Yield the folders of a split: as they are unpacked, and those by the first digit of an id."""
    for name in filter(None, (split, _OTHER_NAMES.get(split))):
        for folder in (f"images/{name}", name):
            yield folder
            yield from (f"{folder}_{digit}" for digit in _HEX)
    yield "images"


def _files(folder: Path) -> list[Path]:
    return sorted(path for name in _FOLDERS for path in _listed(folder / name))


def _listed(folder: Path) -> list[Path]:
    return [*folder.iterdir()] if folder.is_dir() else []
