"""The files of a YOLO data set: data.yaml, and for each split its images and their labels.

Rules: `check_det_dataset` and `img2label_paths` of Ultralytics. A split is a folder of images, a
text file with an image a line, or several of these. The label of an image is a text file of its
name in the folder `labels` where the image has `images`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ovmr_index.errors import RecordError
from ovmr_index.formats.text_file import read_text, text_lines
from ovmr_index.formats.yaml_names import Named, read_members, read_names
from ovmr_index.storage.image_names import has_image_suffix
from ovmr_index.storage.listing import is_text, shown

if TYPE_CHECKING:
    from yaml import Node

SPLITS = ("train", "val", "test")
_USUAL = ("data.yaml", "dataset.yaml", "data.yml", "dataset.yml")
_LISTS = (".txt",)
_REMEDY = "fix the file"
_IMAGES, _LABELS = f"{os.sep}images{os.sep}", f"{os.sep}labels{os.sep}"


class DataFile(NamedTuple):
    """What a data.yaml says: its folder of data, the classes, and the paths of each split."""

    file: Path
    base: Path
    names: list[Named]
    splits: dict[str, list[str]]

    def entries(self, split: str) -> list[Path]:
        """Return the folders of images and the lists of a split, absolute.

        Raises RecordError for one that is not there, and for a split that is not named.
        """
        if split not in self.splits:
            raise RecordError(self.file, "", f"names no `{split}`", _REMEDY)
        found = [self._find(path) for path in self.splits[split]]
        if None in found:
            problem = f"{self.absent(split)!r} is not there, looked for below {self.base}"
            raise RecordError(self.file, f"`{split}`", problem, "fix the path, or `path`")
        return [path for path in found if path is not None]

    def absent(self, split: str) -> str | None:
        """Return the first path of a split that is not there, None where all are."""
        return next((path for path in self.splits[split] if self._find(path) is None), None)

    def _find(self, path: str) -> Path | None:
        """Return where a path is: below the folder of the data, or that of the file.

        Exports of Roboflow have a `../` too many.
        """
        bases = (self.base, self.file.parent)
        tried = (base / one for base in bases for one in (path, path.removeprefix("../")))
        absolute = (Path(os.path.abspath(one)) for one in tried)
        return next((one for one in absolute if one.exists()), None)


def find_data_file(path: Path) -> Path:
    """Return the data.yaml at a path, or in a folder; raises RecordError where there is none."""
    if not path.is_dir():
        return path
    named = [path / name for name in _USUAL if (path / name).is_file()]
    others = sorted(one for one in path.iterdir() if one.suffix.lower() in (".yaml", ".yml"))
    found = named[:1] or others
    if len(found) == 1:
        return found[0]
    if not found:
        raise RecordError(path, "", "holds no data.yaml", "give the folder or file of a data set")
    raise RecordError(path, "", f"holds {len(found)} YAML files", "give the one that is meant")


def read_data_file(path: Path) -> DataFile:
    """Return what a data.yaml says.

    Raises RecordError for one that is wrong, names no split, or is of boxes with key points.
    """
    text = read_text(path)
    if not text.strip():
        raise RecordError(path, "", "the file is empty", _REMEDY)
    members = {str(key.value): value for key, value in read_members(path, text)}
    if "kpt_shape" in members:
        problem = "is of boxes with key points (`kpt_shape`), which are not read"
        raise RecordError(path, "", problem, "give a data set of boxes or polygons")
    names = read_names(path, text)
    splits = {one: _paths(path, one, members[one]) for one in SPLITS if one in members}
    given = members.get("path")
    folder = str(given.value) if given is not None and isinstance(given.value, str) else ""
    base = path.parent / folder
    found = {split: paths for split, paths in splits.items() if paths}
    if not found:
        raise RecordError(path, "", "names no `train`, `val` or `test`", _REMEDY)
    here = Path(os.path.abspath(base if base.is_dir() else path.parent))
    return DataFile(path, here, names, found)


def _paths(path: Path, split: str, node: "Node") -> list[str]:
    """Return the paths of a split: one, a list of several, or none."""
    if isinstance(node.value, str):
        given = [node.value]
    else:
        given = [one.value for one in node.value if isinstance(getattr(one, "value", None), str)]
        if len(given) != len(node.value):
            raise RecordError(path, f"`{split}`", "is no path, and no list of paths", _REMEDY)
    return [one.strip() for one in given if one.strip() not in ("", "~", "null")]


def folders_of(entries: list[Path]) -> list[str]:
    """Return the folders that the images of a split are in, absolute, each once."""
    found: dict[str, None] = {}
    for entry in entries:
        if entry.is_dir():
            found |= dict.fromkeys(folder for folder, _ in _walk(entry))
        else:
            found |= dict.fromkeys(os.path.dirname(image) for image in _of_list(entry))  # noqa: PTH120
    return [*found]


def images_of(entries: list[Path]) -> list[str]:
    """Return the images of a split, absolute, each once: those of a folder sorted by path."""
    return [*dict.fromkeys(image for entry in entries for image in _of_entry(entry))]


def label_of(image: str) -> Path:
    """Return the file of an image's labels, which need not be there."""
    return Path(_LABELS.join(image.rsplit(_IMAGES, 1))).with_suffix(".txt")


def is_no_file(path: Path) -> bool:
    """Return whether something is at a path that cannot be read as a file."""
    return not path.is_file() and os.path.lexists(path)


def labels_without_image(entries: list[Path], images: list[str]) -> Iterator[Path]:
    """Yield the files of labels in the folders of labels whose image is not there, by path."""
    known = {*map(label_of, images)}
    for entry in entries:
        folder = label_of(f"{entry}{os.sep}a.jpg").parent
        if entry.is_dir() and folder.is_dir() and folder != entry:
            found = (Path(at, name) for at, names in _walk(folder) for name in names)
            yield from (one for one in found if one.suffix.lower() == ".txt" and one not in known)


def _of_entry(entry: Path) -> Iterator[str]:
    if not entry.is_dir():
        yield from _of_list(entry)
        return
    for folder, names in _walk(entry):
        yield from (os.path.join(folder, name) for name in names if has_image_suffix(name))  # noqa: PTH118


def _of_list(file: Path) -> Iterator[str]:
    """Yield the images of a list, whose paths are absolute or below the folder of the list."""
    if file.suffix.lower() not in _LISTS:
        raise RecordError(file, "", "is no folder of images, and no .txt list of them", _REMEDY)
    for _, line in text_lines(file):
        yield os.path.abspath(file.parent / line.strip())


def _walk(top: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder from `top` on with the names of its files, sorted, without hidden ones.

    Folders that are links are followed, each folder once.
    """
    seen = set[str]()
    for folder, folders, names in os.walk(top, followlinks=True):
        real = os.path.realpath(folder)
        is_new = real not in seen
        seen.add(real)
        folders[:] = sorted(filter(_is_shown, folders)) if is_new else []
        if is_new:
            yield folder, sorted(filter(_is_shown, names))


def _is_shown(name: str) -> bool:
    return not name.startswith(".") and is_text(name)


def odd_names(entries: list[Path]) -> Iterator[str]:
    """Yield the paths of images in folders whose names are not UTF-8, as text to be shown."""
    for top in entries:
        for folder, _, names in os.walk(top):
            for name in sorted(names):
                if has_image_suffix(name) and not is_text(f"{folder}/{name}"):
                    yield shown(f"{folder}/{name}")
