"""Regular files alone are images: no pipe, no device, no link that leads out of its dataset.

An image's path is `<root>/./<name>` where links among the images have to stay within the dataset's
root: for the system that is `<root>/<name>`, and `/./` shows where the root ends, as it does for
rsync. Folders that are links are followed: whoever laid out the dataset has put them there.
"""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from ovmr_index.errors import os_reason
from ovmr_index.storage.reading import is_remote, read_part, status_of
from ovmr_index.storage.remote.range_file import FIRST
from ovmr_index.storage.remote.store import RemoteEntry

NO_PLAIN_FILE = "is a pipe, a socket or a device, and no plain file"
LEAVES_ROOT = "is a link out of its dataset; to read it, ingest with --follow-links"
_MARK = "/./"
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_READ_FILE = _READ | os.O_NOFOLLOW


class RefusedFileError(OSError):
    """A file that is not read: no plain file, or a link that leaves its dataset."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(errno.EPERM, reason, path)


def image_path(root: str, name: str, *, follow_links: bool = False) -> str:
    """Return the path of the image `name` below `root`, and with it where links may lead.

    A remote root has no links.
    """
    return f"{root}/{name}" if follow_links or is_remote(root) else f"{root}{_MARK}{name}"


def without_mark(path: str) -> str:
    """Return a path as people write it."""
    return path.replace(_MARK, "/", 1)


def require_readable(path: str) -> os.stat_result:
    """Return the status of a plain file.

    Raises:
        OSError: There is no file; RefusedFileError where it is not to be read.
    """
    if is_remote(path):
        return _remote_file(path)
    status = os.lstat(path)
    if stat.S_ISREG(status.st_mode):
        return status
    if stat.S_ISLNK(status.st_mode):
        root, mark, _ = path.partition(_MARK)
        reason = refused_link(path, within(root) if mark else None)
        status = Path(path).stat()
    else:
        is_folder = stat.S_ISDIR(status.st_mode)
        reason = os.strerror(errno.EISDIR) if is_folder else NO_PLAIN_FILE
    if reason is not None:
        raise RefusedFileError(path, reason)
    return status


def read_head(path: str, count: int) -> tuple[os.stat_result, bytes]:
    """Return the status of a plain file and its first `count` bytes.

    Raises OSError as `require_readable`.

    Millions of headers are read so, in less time than file objects take. What is no plain file
    where ingest has found one is opened at most: it is not waited for, and not read. Of a remote
    file there are more bytes, as they take no longer.
    """
    if is_remote(path):
        return _remote_file(path), read_part(path, 0, max(count, FIRST))
    try:
        opened = os.open(path, _READ_FILE)
    except OSError:
        require_readable(path)
        opened = os.open(path, _READ)
    try:
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode):
            require_readable(path)
        return status, os.read(opened, count)
    finally:
        os.close(opened)


def _remote_file(path: str) -> os.stat_result:
    """Return the status of a remote file; raises OSError for a folder."""
    status = status_of(path)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    return status


def within(root: str | os.PathLike[str]) -> Callable[[str], bool]:
    """Return what tells whether a real path is in a folder."""
    folder = f"{os.path.realpath(root)}/"
    return lambda path: path.startswith(folder)


def refused_link(path: str, is_inside: Callable[[str], bool] | None = None) -> str | None:
    """Return why the link at `path` is not read, None where it is.

    It may lead to a plain file that `is_inside`, or is in the folder that the link is in.
    """
    try:
        target = os.path.realpath(path, strict=True)
        mode = Path(target).stat().st_mode
    except OSError as error:
        return f"is a link that leads nowhere ({os_reason(error)})"
    if not stat.S_ISREG(mode):
        return "is a link to a folder" if stat.S_ISDIR(mode) else NO_PLAIN_FILE
    if is_inside is None or is_inside(target) or within(Path(path).parent)(target):
        return None
    return LEAVES_ROOT


def why_no_file(entry: os.DirEntry[str] | RemoteEntry) -> str:
    """Return why an entry that is neither a file nor a folder is not read, as a dead link is."""
    reason = refused_link(entry.path) if entry.is_symlink() else None
    return reason or NO_PLAIN_FILE
