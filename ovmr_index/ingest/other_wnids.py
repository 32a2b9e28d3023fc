"""Class folders of ImageNet whose files are called after other classes than the folder is.

Files of ImageNet are called `n02084071_123.JPEG`; those of its validation set have no wnid in them.
"""

import re
from collections.abc import Sequence

from ovmr_index.errors import counted
from ovmr_index.vocabularies.notes import listed

_NAMED = re.compile(r"(n[0-9]{8})_")
_LOOKED_AT = 5  # names of a folder, from its first to its last
_SHOWN = 10


class OtherWnids:
    """The folders and archives of a tree whose files are mostly called after other classes."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._found: dict[str, str] = {}

    def look(self, path: str, wnid: str | None, names: Sequence[str]) -> None:
        """Compare the wnid of a folder with a few of the names of its files."""
        some = [names[i * (len(names) - 1) // (_LOOKED_AT - 1)] for i in range(_LOOKED_AT) if names]
        others = [one for one in some if (named := _NAMED.match(one)) and named[1] != wnid]
        if 2 * len(others) > _LOOKED_AT:
            self._found[path] = others[0]

    def notes(self) -> list[str]:
        """Return what is to be said of them."""
        if not self._found:
            return []
        names = [f"{path} ({name})" for path, name in sorted(self._found.items())]
        folders = counted(len(names), "class folder")
        return [
            f"the files of {folders} are called after other classes: {listed(names, _SHOWN)};"
            " the names of folders are the labels"
        ]
