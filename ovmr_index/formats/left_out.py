"""What a reader of a tree leaves out: named and counted, in bounded memory."""

import re
from collections import Counter
from pathlib import Path

from ovmr_index.errors import Issue
from ovmr_index.storage.listing import shown

# The one issue that counts the files behind the first ones: their reason, and the last path.
REST = re.compile(r"(.*): [0-9,]+ more files, the last is (.*)", re.DOTALL)

_NAMED = 1_000  # files of one reason


class LeftOut:
    """Puts the files that a reader leaves out into its `problems`.

    The first thousand of a reason have an issue each; the others are one issue that counts them.
    """

    def __init__(self, file: Path, problems: list[Issue]) -> None:
        """Begin with none; `file` is the tree or the tar that they are in."""
        self._file, self._problems = str(file), problems
        self._counts = Counter[str]()
        self._places: dict[str, int] = {}

    def add(self, path: str, reason: str) -> None:
        """Add the file at `path`, below the tree or in the tar."""
        self._counts[reason] += 1
        more = self._counts[reason] - _NAMED
        if more <= 0:
            self._problems.append(Issue(file=self._file, record=shown(path), reason=reason))
            return
        if more == 1:
            self._places[reason] = len(self._problems)
            self._problems.append(Issue())
        described = f"{reason}: {more:,} more files, the last is {shown(path)}"
        self._problems[self._places[reason]] = Issue(file=self._file, reason=described)
