"""A path whose text is an address: what is asked of it is asked of a store.

What asks is imported where it is used: most commands use no store.
"""

import errno
import os
import re
import stat
from collections.abc import Generator
from pathlib import Path, PosixPath
from typing import IO, TYPE_CHECKING, Any, Self

from ovmr_index.errors import option
from ovmr_index.storage.remote.errors import StoreError

if TYPE_CHECKING:
    from ovmr_index.storage.remote.store import RemoteEntry, Status, Store

_SCHEME = re.compile(r"^([a-z0-9]+):/(?=[^/])")
_DEVICE = 0x72656D6F  # of every remote file: no disk has it
_READ_ONLY = "is remote, and only read from; give a path here"


class RemotePath(PosixPath):
    """The address of a file or folder, as `s3://bucket/datasets`; it is read, never written.

    To open it opens a copy in the cache, which is checked and kept. What reads parts of a file, as
    of an image or a tar, does so by `storage.reading`. There are no links.
    """

    def __str__(self) -> str:
        """Return the address."""
        text = super().__str__()
        return _SCHEME.sub(r"\1://", text, count=1)

    def __fspath__(self) -> str:
        """Return the address."""
        return str(self)

    def __truediv__(self, key: str | os.PathLike[str]) -> Path:  # type: ignore[override]
        """Return a path below this one; an absolute path or another address as it is."""
        if isinstance(key, RemotePath):
            return key
        text = os.fspath(key)
        if text.startswith("/"):
            return Path(text)
        return type(self)(text) if "://" in text else super().__truediv__(text)

    @property
    def scheme(self) -> str:
        """The scheme of the address, as `s3`."""
        return self.parts[0].removesuffix(":")

    def is_absolute(self) -> bool:
        """Return that it does not depend on a working folder."""
        return True

    def absolute(self) -> Self:
        """Return it as it is."""
        return self

    def resolve(self, strict: bool = False) -> Self:
        """Return it as it is, since there are no links."""
        return self

    def expanduser(self) -> Self:
        """Return it as it is."""
        return self

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Return what the store says of it; raises OSError where there is nothing."""
        return as_stat_result(self._store().status(str(self)))

    def lstat(self) -> os.stat_result:
        """Return the same as `stat`."""
        return self.stat()

    def exists(self, **_: bool) -> bool:
        """Return whether there is a file or a folder."""
        return self._mode() != 0

    def is_dir(self, **_: bool) -> bool:
        """Return whether there is a folder: anything below it."""
        return self._store().has_folder(str(self))

    def is_file(self, **_: bool) -> bool:
        """Return whether there is a file."""
        return stat.S_ISREG(self._mode())

    def is_symlink(self) -> bool:
        """Return False."""
        return False

    def samefile(self, other_path: str | os.PathLike[str]) -> bool:
        """Return whether another path is the same address."""
        return str(self) == str(other_path)

    def require_folder(self) -> None:
        """Raise StoreError where there is no such folder, or it cannot be reached."""
        if not self.is_dir():
            where = option("root", metavar="URL")
            raise StoreError(f"{self}: there is no such folder; give {where}, or put files there")

    def entries(self) -> "list[RemoteEntry]":
        """Return what the folder holds; raises OSError where it is not there."""
        return self._store().entries(str(self))

    def iterdir(self) -> Generator[Self, None, None]:
        """Yield what the folder holds."""
        for entry in self.entries():
            yield type(self)(entry.path)

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> IO[Any]:  # type: ignore[override]
        """Open the copy of the file in the cache; raises OSError for a mode that writes."""
        if set(mode) & set("wax+"):
            self._refuse()
        return self._copy().open(mode, *args, **kwargs)

    def read_bytes(self) -> bytes:
        """Return the content of a file."""
        return self._copy().read_bytes()

    def read_text(self, *args: Any, **kwargs: Any) -> str:
        """Return the content of a file of text."""
        return self._copy().read_text(*args, **kwargs)

    def _refuse(self, *_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, _READ_ONLY, str(self))

    chmod = hardlink_to = mkdir = rename = replace = rmdir = _refuse  # type: ignore[assignment]
    symlink_to = touch = unlink = write_bytes = write_text = _refuse  # type: ignore[assignment]

    def _store(self) -> "Store":
        from ovmr_index.storage.remote.store import store_of

        return store_of(str(self))

    def _copy(self) -> Path:
        from ovmr_index.storage.remote.cache import local_copy

        return local_copy(str(self))

    def _mode(self) -> int:
        try:
            return self.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return 0


class DiskRoot(PosixPath):
    """A folder on a disk that paths and addresses of an index are joined to."""

    def __truediv__(self, key: str | os.PathLike[str]) -> Path:  # type: ignore[override]
        """Return a path below this one, or an address as it is."""
        text = os.fspath(key)
        return RemotePath(text) if "://" in text else Path(self, text)


def is_content_known(status: os.stat_result) -> bool:
    """Return whether a status is that of a remote file, which tells another content at any time."""
    return status.st_dev == _DEVICE and stat.S_ISREG(status.st_mode)


def as_stat_result(status: "Status") -> os.stat_result:
    """Return what a store says of a file as the system says it.

    The number of a file, and when anything of it changed, are a number of its content: two files
    of one size that were put there within one second differ in it.
    """
    kind = stat.S_IFDIR | 0o555 if status.is_folder else stat.S_IFREG | 0o444
    seconds = status.mtime_ns // 1_000_000_000
    fields = (kind, status.number, _DEVICE, 1, 0, 0, status.size, seconds, seconds, seconds)
    times = dict.fromkeys(("st_atime_ns", "st_mtime_ns"), status.mtime_ns)
    return os.stat_result(fields, {**times, "st_ctime_ns": status.number})
