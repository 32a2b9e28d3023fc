"""Symbolic links from one place in a dataset tree to another: never in place of a file or folder.

A link is relative where it and what it leads to are below one folder, so that the folder can be
moved; otherwise it is absolute.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from ovmr_index.errors import OvmrIndexError, option, os_reason
from ovmr_index.storage.partial import partial_path


class LinkFolder:
    """A folder of links, which many are put into: what each holds, and how it gets there."""

    def __init__(self, folder: Path, tops: Collection[Path]) -> None:
        """Take the folder of the links, and the folders that are moved as a whole."""
        self._folder, self._real = folder, Path(os.path.realpath(folder))
        self._tops = [(Path(os.path.abspath(top)), Path(os.path.realpath(top))) for top in tops]

    def text(self, target: Path) -> str:
        """Return what a link in the folder says to lead to a target."""
        target = Path(os.path.abspath(target))
        for end in self._ends(target):
            for top in (*(real for _, real in self._tops), self._real):
                if self._real.is_relative_to(top) and end.is_relative_to(top):
                    return os.path.relpath(end, self._real)
        return str(target)

    def put(self, name: str, text: str) -> str | None:
        """Make `name` a link that says `text`; return why that cannot be, or None.

        A link that is there already is replaced where it leads elsewhere, and a file never is.
        """
        link = self._folder / name
        try:
            if link.is_symlink():
                if str(link.readlink()) == text:
                    return None
            elif link.exists():
                return f"{link}: is {kind_at(link)}, and no link; move it away"
            partial = partial_path(link)
            partial.symlink_to(text)
            partial.replace(link)
        except OSError as error:
            return f"{link}: {os_reason(error)}; give another folder"
        return None

    def _ends(self, target: Path) -> Iterator[Path]:
        """Yield the path of a target with the links followed above the folders that are moved.

        Then with all of them followed.
        """
        below = ((top, real) for top, real in self._tops if target.is_relative_to(top))
        yield next((real / target.relative_to(top) for top, real in below), target)
        yield Path(os.path.realpath(target))


def make_folder(folder: Path) -> None:
    """Make a folder for links, and those that it is in; raises OvmrIndexError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OvmrIndexError(f"{folder}: {os_reason(error)}; give another folder") from None


def make_link(link: Path, target: Path, tops: Collection[Path]) -> str | None:
    """Make a link to `target`, and the folders that it is in; return why it could not be made.

    Nothing is written over: a link that leads to `target` already is left, and anything else in its
    place is what is returned.

    Args:
        link: Where the link goes.
        target: What it leads to, which is there.
        tops: Folders that are moved as a whole.
    """
    if os.path.lexists(link):
        return why_in_the_way(link, target)
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(LinkFolder(link.parent, tops).text(target))
    except FileExistsError:
        if os.path.lexists(link):  # another run was quicker
            return why_in_the_way(link, target)
        return f"{link.parent} is no folder; move it away"
    except OSError as error:
        return f"cannot be made: {os_reason(error)}; give another {option('folder', flag='-o')}"
    return None


def why_in_the_way(link: Path, target: Path) -> str | None:
    """Return what is at `link` and is not `target`, None where it leads there."""
    if is_same(link, target):
        return None
    if not link.is_symlink():
        return f"is {kind_at(link)}, and not a link to {target}; move it away"
    if not link.exists():
        return f"is a link that leads nowhere ({link.readlink()}); delete it"
    return f"is a link to {link.readlink()}, and not to {target}; move it away"


def kind_at(path: Path) -> str:
    """Return what is at a path, for a message."""
    if path.is_dir():
        return "a folder"
    return "a file" if path.is_file() else "no plain file"


def is_same(one: Path, other: Path) -> bool:
    """Return whether two paths lead to one file or folder, which is there."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False
