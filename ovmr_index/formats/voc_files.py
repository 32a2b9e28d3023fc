"""The folders of a Pascal VOC data set: Annotations, JPEGImages, and ImageSets/Main."""

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats.text_file import text_lines
from ovmr_index.storage.image_names import has_image_suffix
from ovmr_index.storage.listing import is_text, shown

_SETS = ("ImageSets", "Main")
_ANNOTATIONS = "Annotations"
_IMAGES = ("JPEGImages", "images", "Images")
_NO_UTF8 = "its name is not UTF-8"
_FLAGS = ("1", "0", "-1")  # behind an id in the list of a class


class VocFolder:
    """A data set with one split, by the list of its ids, or as a whole by its folder."""

    def __init__(self, path: Path) -> None:
        """Take the path of a list in ImageSets/Main, or of the folder of a data set."""
        self.list = path if is_list(path) else None
        self.root = path if self.list is None else path.parents[len(_SETS)]
        self.annotations = self.root / _ANNOTATIONS

    def files(self) -> tuple[Path, ...]:
        """Return the files of annotations, of every split, by name.

        Raises RecordError where there is no folder of them.
        """
        if not self.annotations.is_dir():
            problem = f"holds no folder `{_ANNOTATIONS}`"
            remedy = "give the folder that has it, as VOCdevkit/VOC2012"
            raise RecordError(self.root, "", problem, remedy)
        return tuple(sorted(self._files.values()))

    def left_out(self) -> list[tuple[str, str]]:
        """Return the names of annotations that are not read, as text to be shown, with reasons."""
        kept = {*self._files.values()}
        reason = {True: "is no file, or a link to one that is not there", False: _NO_UTF8}
        names = (one.name for one in self._xml() if one not in kept)
        return sorted((shown(name), reason[is_text(name)]) for name in names)

    @cached_property
    def _files(self) -> dict[str, Path]:
        """The files of annotations by the ids of their images."""
        found = (one for one in self._xml() if is_text(one.name) and one.is_file())
        return {one.stem: one for one in sorted(found)}

    def _xml(self) -> Iterator[Path]:
        for file in self.annotations.iterdir():
            if file.suffix.lower() == ".xml" and not file.name.startswith("."):
                yield file

    def ids(self) -> list[str]:
        """Return the ids of the split: names of files of annotations, without their suffix."""
        if self.list is None:
            return [file.stem for file in self.files()]
        return [self._id_of(line) for _, line in text_lines(self.list)]

    def _id_of(self, line: str) -> str:
        """Return the id of a line, behind which the list of a class has a flag."""
        text = line.strip()
        first, _, flag = text.rpartition(" ")
        has_flag = bool(first) and flag in _FLAGS
        return first.rstrip() if has_flag and not self.file_of(text).exists() else text

    def file_of(self, image_id: str) -> Path:
        """Return the file of annotations of an image."""
        return self._files.get(image_id, self.annotations / f"{image_id}.xml")

    def image_of(self, image_id: str, file_name: str | None) -> str:
        """Return the path of an image below the data set's folder.

        It is the image that has the id as its name; of several the one that the annotation names,
        else the first. Where none is there it is the one named, else a JPEG.
        """
        given = None if file_name is None else file_name.replace("\\", "/").rpartition("/")[2]
        is_its_name = given is not None and Path(given).stem == image_id
        found = self._images.get(image_id, [])
        name = given if given and is_its_name and (not found or given in found) else None
        name = name or next(iter(found), f"{image_id}.jpg")
        return f"{self.images}/{name}" if self.images else name

    @cached_property
    def images(self) -> str:
        """The folder of the images, below that of the data set."""
        return next((one for one in _IMAGES if (self.root / one).is_dir()), _IMAGES[0])

    @cached_property
    def _images(self) -> dict[str, list[str]]:
        """The names of the images by their stem, those of JPEG first."""
        found: dict[str, list[str]] = {}
        for name in sorted(self._names(), key=lambda one: (not one.endswith(".jpg"), one)):
            found.setdefault(Path(name).stem, []).append(name)
        return found

    def _names(self) -> Iterator[str]:
        folder = self.root / self.images
        if folder.is_dir():
            names = (one.name for one in folder.iterdir())
            yield from (name for name in names if has_image_suffix(name) and is_text(name))


def split_lists(root: Path) -> dict[str, Path]:
    """Return the lists of a data set by their split; trainval where it is not in two parts."""
    lists = {
        split: root.joinpath(*_SETS, f"{split}.txt")
        for split in ("train", "val", "trainval", "test")
    }
    found = {split: path for split, path in lists.items() if os.path.lexists(path)}
    if "train" in found or "val" in found:
        found.pop("trainval", None)
    return found


def is_list(path: Path) -> bool:
    """Return whether a path is that of a list, and not of the folder of a data set."""
    return path.suffix == ".txt" and not (path / _ANNOTATIONS).is_dir()


def require_plain(image_id: str, path: Path) -> None:
    """Raise RecordError for an id that could be no name of a file."""
    if "/" in image_id or "\\" in image_id or "\0" in image_id or image_id.startswith("."):
        problem = f"{shortened(repr(image_id), 80)} is no id of an image"
        raise RecordError(path, "", problem, "fix the line")
