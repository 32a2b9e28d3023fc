"""Symbolic links from one place in a dataset tree to another: made once, never in place of a thing.

A link is relative where it and what it leads to are below one folder, so that the folder can be
moved; otherwise it is absolute.
"""

import os
from collections.abc import Collection
from pathlib import Path

from ovmr_index.errors import os_reason


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
        link.symlink_to(link_text(link, target, tops))
    except FileExistsError:
        if os.path.lexists(link):  # another run was quicker
            return why_in_the_way(link, target)
        return f"{link.parent} is no folder; move it away"
    except OSError as error:
        return f"cannot be made: {os_reason(error)}; give another folder with -o"
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


def link_text(link: Path, target: Path, tops: Collection[Path]) -> str:
    """Return what a link says to lead to a target."""
    folder = Path(os.path.realpath(link.parent))
    reals = [Path(os.path.realpath(top)) for top in tops]
    for end in (_below_a_top(target, tops), Path(os.path.realpath(target))):
        for top in (*reals, folder):
            if folder.is_relative_to(top) and end.is_relative_to(top):
                return os.path.relpath(end, folder)
    return str(target.absolute())


def _below_a_top(target: Path, tops: Collection[Path]) -> Path:
    """Return the path of a target where the links above the folders that are moved are followed."""
    for top in tops:
        if target.is_relative_to(top):
            return Path(os.path.realpath(top)) / target.relative_to(top)
    return target.absolute()
