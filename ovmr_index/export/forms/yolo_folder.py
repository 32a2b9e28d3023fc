"""The folder of a dataset as Ultralytics reads it: data.yaml, images/<split> and labels/<split>."""

import os
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml

from ovmr_index.errors import OvmrIndexError, os_reason
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.links import RefusedFileError, require_readable, without_mark
from ovmr_index.storage.members import ImageSource, Member
from ovmr_index.storage.partial import clear_partials
from ovmr_index.storage.symbolic_links import LinkFolder, make_folder

YoloSplit = Literal["train", "val", "test"]

_SPLITS: tuple[YoloSplit, ...] = ("train", "val", "test")
_MARK = "# A dataset that ovmr-index wrote: paths are relative to this file.\n"
_REMEDY = "give another folder, or delete this one"


class YoloFolder:
    """A split of a dataset in a folder, which holds other splits with the same classes, or none."""

    def __init__(self, folder: Path, split: YoloSplit, root: Path) -> None:
        """Name the folders of a split; nothing is read or made. `root` is that of the index."""
        self.folder, self.split = folder, split
        self.images, self.labels = folder / "images" / split, folder / "labels" / split
        self.data_file = folder / "data.yaml"
        self._root = root

    def claim(self, names: Sequence[str]) -> list[YoloSplit]:
        """Write data.yaml with the names of the classes, and make the folders; return its splits.

        Raises:
            OvmrIndexError: The folder holds other classes, or files that no export wrote, or cannot
                be written.
        """
        found = self._data()
        if not found and (_has_files(self.images) or _has_files(self.labels)):
            raise OvmrIndexError(
                f"{self.folder}: holds images or labels, and they are not from an export; {_REMEDY}"
            )
        if found and found.get("names") != dict(enumerate(names)):
            raise OvmrIndexError(f"{self.data_file}: names other classes; {_REMEDY}")
        splits = [one for one in _SPLITS if one in found or one == self.split]
        for below in (self.images, self.labels):
            make_folder(below)
            clear_partials(below)
        content = {one: f"images/{one}" for one in splits} | {"names": dict(enumerate(names))}
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1 << 20)
        with whole_file(self.data_file) as file:
            file.write(f"{_MARK}{text}".encode())
        return splits

    def _data(self) -> dict[str, Any]:
        """Return the content of the data.yaml of an earlier export, empty without one."""
        try:
            text = self.data_file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            reason = os_reason(error) if isinstance(error, OSError) else "is no text in UTF-8"
            raise OvmrIndexError(f"{self.data_file}: {reason}; {_REMEDY}") from None
        try:
            found = yaml.safe_load(text) if text.startswith(_MARK) else None
        except yaml.YAMLError:
            found = None
        if not isinstance(found, dict):
            raise OvmrIndexError(f"{self.data_file}: is not from an export; {_REMEDY}")
        return found

    def target(self, location: ImageSource) -> str:
        """Return what a link to an image holds.

        Raises OSError where there is no image that could be read through a link.
        """
        if isinstance(location, Member):
            reason = f"is in {location.path}; unpack it, and ingest the folder"
            raise RefusedFileError(location.path, reason)
        require_readable(location)
        return self.links.text(Path(without_mark(location)))

    @cached_property
    def links(self) -> LinkFolder:
        """The folder of the images, which are links; it is there."""
        return LinkFolder(self.images, (self._root,))

    def forget_cache(self) -> None:
        """Delete the copy of the labels that Ultralytics keeps, and knows by their lengths alone.

        Raises OvmrIndexError where it cannot be deleted.
        """
        cache = self.labels.with_suffix(".cache")
        try:
            cache.unlink(missing_ok=True)
        except OSError as error:
            raise OvmrIndexError(f"{cache}: {os_reason(error)}; delete it") from None

    def left_over(self, names: Collection[str]) -> int:
        """Return how many files are in the folders of the split that belong to no image of these.

        `names` are those of images without their suffixes.
        """
        return sum(
            one.rpartition(".")[0] not in names
            for below in (self.images, self.labels)
            for one in os.listdir(below)
        )


def _has_files(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False
