"""The root of a dataset's images, and what is below it: folders, or archives to be unpacked."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ovmr_index.formats.tar import class_of


@dataclass(frozen=True)
class DatasetRoot:
    """The root of a dataset's images: `folder`, and below it the first parts of their paths.

    `archives` are the tars and zips that hold images of it, below the folder; `downloads` says what
    its folders come in, by their names.
    """

    pk: int
    folder: Path
    parts: tuple[tuple[str, str | None], ...]
    archives: tuple[str, ...]
    downloads: Mapping[str, str]

    def entries(self, splits: tuple[str, ...]) -> list[str]:
        """Return the folders that images of some splits are below; of all without splits."""
        wanted = (part for part, split in self.parts if not splits or split in (None, *splits))
        return [*dict.fromkeys(wanted)]

    @property
    def unpacking(self) -> str:
        """What to type to unpack the archives, where clients need files."""
        first = self.folder / self.archives[0]
        if class_of(first.name) is None:
            return _unpack(shlex.quote(str(first)), shlex.quote(str(first.parent)), first.suffix)
        if len(self.archives) == 1:
            folder = shlex.quote(str(first.with_name(class_of(first.name) or "")))
            return f"mkdir -p {folder} && {_unpack(shlex.quote(str(first)), folder, first.suffix)}"
        suffix = first.name.removeprefix(class_of(first.name) or "")
        files, folder = f"{shlex.quote(str(first.parent))}/n*{suffix}", f'"${{f%{suffix}}}"'
        unpack = _unpack('"$f"', folder, first.suffix)
        return f"for f in {files}; do mkdir -p {folder} && {unpack}; done"


def _unpack(archive: str, folder: str, suffix: str) -> str:
    if suffix.lower() == ".zip":
        return f"unzip -q -d {folder} {archive}"
    return f"tar -xf {archive} -C {folder}"
