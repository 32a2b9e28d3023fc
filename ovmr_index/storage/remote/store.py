"""The stores that remote files are in: S3 and its like, Google's, web servers; one a process."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from ovmr_index.errors import OvmrIndexError
from ovmr_index.storage.remote.asking import Asker

THREADS = 32  # requests at once: a request takes 10 to 100 times as long as its answer
_PIECE = 8 << 20  # bytes of a request, where a whole file is copied
_PIECES = 8  # requests at once for one file: what is in memory is bounded
_SECONDS = {"connect_timeout": 10, "read_timeout": 60}
_TIMES = ("LastModified", "Last-Modified", "mtime", "updated")
_NANO = 1_000_000_000


class Status(NamedTuple):
    """What a store says of a file: its size in bytes, when it changed, and what tells its content.

    `version` is an ETag, or what there is in its place. A folder has no time: it is one that has
    just changed, so that it is always listed.
    """

    is_folder: bool
    size: int
    mtime_ns: int
    version: str

    @property
    def number(self) -> int:
        """A number of 63 bits that differs where the content does."""
        return int.from_bytes(hashlib.sha256(self.version.encode()).digest()[:8], "big") >> 1


class RemoteEntry(NamedTuple):
    """What a folder of a store holds, with the methods of `os.DirEntry`."""

    name: str
    path: str
    status: Status

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Return whether it is a folder."""
        return self.status.is_folder

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """Return whether it is a file."""
        return not self.status.is_folder

    def is_symlink(self) -> bool:
        """Return False: a store has no links."""
        return False

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """Return what the listing says of it."""
        from ovmr_index.storage.remote.path import as_stat_result

        return as_stat_result(self.status)


class Store:
    """A store that lists, and reads parts of files; `url`s are those of its scheme."""

    has_ranges = True
    options: ClassVar[dict[str, Any]] = {}

    def __init__(self, scheme: str) -> None:
        """Make fsspec's file system; raises OvmrIndexError where a package is missing."""
        self.scheme = scheme
        self._system = _file_system(scheme, self.options)
        self._asker = Asker()

    def status(self, url: str) -> Status:
        """Return what there is at a URL; raises FileNotFoundError, StoreError."""
        found = self._asker.ask(lambda: self._system.info(self.key(url)), url)
        return _status(found)

    def has_folder(self, url: str) -> bool:
        """Return whether there is a folder at a URL; raises StoreError."""
        try:
            return self.status(url).is_folder
        except FileNotFoundError:
            return False

    def entries(self, url: str) -> list[RemoteEntry]:
        """Return what a folder holds; raises FileNotFoundError, StoreError."""
        key = self.key(url)
        found = self._asker.ask(lambda: self._system.ls(key, detail=True), url)
        return [
            RemoteEntry(name, f"{url}/{name}", _status(one))
            for one in found
            if (name := one["name"].rstrip("/").removeprefix(key).removeprefix("/"))
        ]

    def read(self, url: str, start: int | None = None, end: int | None = None) -> bytes:
        """Return the bytes of a file from `start` up to `end`, fewer where it ends before.

        Raises FileNotFoundError, StoreError.
        """
        if start is not None and start == end:
            return b""

        def call() -> bytes:
            try:
                content: bytes = self._system.cat_file(self.key(url), start=start, end=end)
            except OSError as error:
                if "range" in str(error) and "satisfiable" in str(error):
                    return b""
                raise
            return content

        return self._asker.ask(call, url)

    def copy(self, url: str, target: Path, status: Status) -> None:
        """Write a file of a status to a new file at `target`; raises OSError, StoreError."""

        def write(start: int) -> None:
            content = self.read(url, start, min(start + _PIECE, status.size))
            os.pwrite(file.fileno(), content, start)

        with target.open("xb") as file, ThreadPoolExecutor(_PIECES) as pool:
            for _ in pool.map(write, range(0, status.size, _PIECE)):
                pass

    def key(self, url: str) -> str:
        """Return what fsspec calls a URL: without its scheme."""
        return url.partition("://")[2]


class S3Store(Store):
    """S3 or what speaks as it does; a folder is listed page by page."""

    # botocore's own tries would multiply ours.
    options: ClassVar[dict[str, Any]] = {
        "config_kwargs": {
            "retries": {"total_max_attempts": 1, "mode": "standard"},
            "max_pool_connections": 2 * THREADS,
            **_SECONDS,
        },
        "max_concurrency": 1,
    }

    def __init__(self, scheme: str) -> None:
        """Make s3fs's file system; raises OvmrIndexError where a package is missing."""
        super().__init__(scheme)
        self._system.retries = 1

    def has_folder(self, url: str) -> bool:
        """Return whether there is a folder at a URL; raises StoreError."""
        page = self._page(url, MaxKeys=1)
        return bool(page.get("KeyCount") or page.get("Contents") or "/" not in self.key(url))

    def entries(self, url: str) -> list[RemoteEntry]:
        """Return what a folder holds; raises FileNotFoundError, StoreError."""
        found = [
            RemoteEntry(name, f"{url}/{name}", status)
            for page in self._pages(url)
            for name, status in _on_page(page)
        ]
        if not found:
            self.status(url)  # a bucket may be empty
        return found

    def _pages(self, url: str) -> Iterator[dict[str, Any]]:
        page = self._page(url, Delimiter="/")
        yield page
        while page.get("IsTruncated"):
            token = page["NextContinuationToken"]
            page = self._page(url, Delimiter="/", ContinuationToken=token)
            yield page

    def _page(self, url: str, **asked: Any) -> dict[str, Any]:
        bucket, _, folder = self.key(url).partition("/")
        asked |= {"Bucket": bucket, "Prefix": f"{folder}/" if folder else ""}
        found: dict[str, Any] = self._asker.ask(
            lambda: self._system.call_s3("list_objects_v2", **asked), url
        )
        return found


class WebStore(Store):
    """A web server: single files, which are read whole, as not every server knows ranges."""

    has_ranges = False
    options: ClassVar[dict[str, Any]] = {
        "client_kwargs": {"trust_env": True}
    }  # proxies, and ~/.netrc

    def read(self, url: str, start: int | None = None, end: int | None = None) -> bytes:
        """Return the bytes of a file from `start` up to `end`."""
        content = super().read(url)
        return content[start:end]

    def copy(self, url: str, target: Path, status: Status) -> None:
        """Write a file to `target`; raises OSError, StoreError."""
        self._asker.ask(lambda: self._system.get_file(url, str(target)), url)

    def key(self, url: str) -> str:
        """Return what fsspec calls a URL: all of it."""
        return url


def store_of(url: str) -> Store:
    """Return the store of a URL; raises OvmrIndexError where a package is missing."""
    return _store(url.partition(":")[0], os.getpid())


@lru_cache
def _store(scheme: str, _process: int) -> Store:
    kinds = {"s3": S3Store, "http": WebStore, "https": WebStore}
    return kinds.get(scheme, Store)(scheme)


def _file_system(scheme: str, options: dict[str, Any]) -> Any:
    try:
        fsspec = import_module("fsspec")
        kept = {"use_listings_cache": False, "skip_instance_cache": True}  # we keep both
        return fsspec.filesystem(scheme, **kept, **options)
    except ImportError as error:
        said = f"{scheme}:// cannot be read: {error}".rstrip(".")
        raise OvmrIndexError(f"{said}; run `pip install 'ovmr-index[remote]'`") from None


def _on_page(page: dict[str, Any]) -> Iterator[tuple[str, Status]]:
    """Yield the names on a page of a listing, with what it says of each."""
    start = len(page["Prefix"])
    for one in page.get("CommonPrefixes", ()):
        if name := one["Prefix"][start:].rstrip("/"):
            yield name, _folder()
    for one in page.get("Contents", ()):
        if name := one["Key"][start:]:
            changed = int(one["LastModified"].timestamp()) * _NANO
            yield name, Status(False, one["Size"], changed, one["ETag"])


def _folder() -> Status:
    return Status(True, 0, int(datetime.now(UTC).timestamp() * 1e6) * 1_000, "")


def _status(info: dict[str, Any]) -> Status:
    """Return what fsspec says of a file, whose words differ from store to store."""
    if info["type"] == "directory":
        return _folder()
    time = next(
        (
            info[key]
            for key in ("LastModified", "Last-Modified", "mtime", "updated")
            if info.get(key)
        ),
        None,
    )
    changed = _nanoseconds(time)
    version = info.get("ETag") or info.get("etag") or f"{info.get('size')} {changed}"
    return Status(False, info.get("size") or 0, changed, str(version))


def _nanoseconds(time: object) -> int:
    """Return a time in nanoseconds since 1970, whatever says it; 0 for none."""
    if isinstance(time, str):
        time = parsedate_to_datetime(time) if "," in time else datetime.fromisoformat(time)
    if not isinstance(time, datetime):
        return 0
    whole = int(time.replace(microsecond=0).timestamp())
    return whole * _NANO + time.microsecond * 1_000
