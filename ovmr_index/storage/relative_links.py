"""Symbolic links to images: a folder of a dataset without a copy of them."""

import os
from pathlib import Path

from ovmr_index.errors import OvmrIndexError, os_reason


def make_folder(folder: Path) -> None:
    """Make a folder for links, and those that it is in; raises OvmrIndexError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OvmrIndexError(f"{folder}: {os_reason(error)}; give another folder") from None


def put_link(path: Path, target: str) -> None:
    """Make `path` a link to a file, relative to its folder; another link there is replaced.

    Args:
        path: Where the link is; its folder is there.
        target: The absolute path of the file.

    Raises:
        OvmrIndexError: Something else is at the path, or a link cannot be made there.
    """
    wanted = os.path.relpath(target, os.path.realpath(path.parent))
    try:
        if path.is_symlink():
            if str(path.readlink()) == wanted:
                return
            path.unlink()
        path.symlink_to(wanted)
    except FileExistsError:
        raise OvmrIndexError(f"{path}: is there already, and no link; move it") from None
    except OSError as error:
        raise OvmrIndexError(f"{path}: {os_reason(error)}; give another folder") from None
