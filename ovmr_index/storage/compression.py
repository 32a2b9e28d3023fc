"""How a tar may be packed: known by its first bytes or its suffix, and read as a stream."""

import bz2
import gzip
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import IO, Any, cast

TAR, ZIP = ".tar", ".zip"
# By what the index keeps of a folder's archive. A zip has its own places for its members.
_SUFFIXES = {
    "gzip": (".tar.gz", ".tgz"),
    "bzip2": (".tar.bz2", ".tbz2", ".tbz"),
    "xz": (".tar.xz", ".txz", ".tar.lzma", ".tlz"),
    "zstd": (".tar.zst", ".tzst"),
    "zip": (ZIP,),
}
SUFFIXES = (TAR, *(suffix for suffixes in _SUFFIXES.values() for suffix in suffixes))
# Archives that are named and not read.
_OTHERS = (".7z", ".rar", ".lz4", ".lz", ".br", ".z", ".gz", ".bz2", ".xz", ".zst", ".lzma")

# As `n01440764.tar.part`, `n01440764.tar.1` of wget, `n01440764.tar.aa` of split, `n01440764.tar~`.
_SUFFIX_WITHIN = re.compile(rf"({'|'.join(map(re.escape, SUFFIXES))})[^a-z0-9]", re.IGNORECASE)
_BESIDE_ARCHIVES = (
    *(".txt", ".md", ".json", ".csv", ".log", ".torrent", ".asc", ".sig", ".idx"),
    *(".md5", ".sha1", ".sha256", ".sha512"),
)
UNREAD = "is an archive that is not read here; unpack it"
_COPY = "is a backup or a part of an archive by its name; rename it if it is whole"

SIGN = 512  # bytes that tell what an archive is
_SIGNS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\3\4": "zip",
    b"PK\5\6": "zip",
}
_OTHER_SIGNS = {
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x04\x22\x4d\x18": "packed by lz4",
    b"LZIP": "packed by lzip",
}
_TAR_SIGN = slice(257, 262)

UNPACK = {"gzip": "gunzip", "bzip2": "bunzip2", "xz": "unxz", "zstd": "unzstd"}

_ZSTD_MODULES = ("compression.zstd", "backports.zstd", "pyzstd")  # the first is of Python 3.14


def is_archive_name(name: str) -> bool:
    """Return whether a name is that of a tar, packed or not, or of a zip; in any case."""
    return name.lower().endswith(SUFFIXES)


def why_unread_archive(name: str) -> str | None:
    """Return why a file is no archive that is read, by its name; None where nothing says so.

    It is an archive of another kind, or a backup or a part of one.
    """
    if is_archive_name(name):
        return None
    lower = name.lower()
    if lower.endswith(_OTHERS):
        return UNREAD
    is_copy = _SUFFIX_WITHIN.search(name) is not None and not lower.endswith(_BESIDE_ARCHIVES)
    return _COPY if is_copy else None


def compression_of(name: str) -> str | None:
    """Return how the archive of this name is packed, None for a plain tar."""
    suffix = name.lower()
    return next((kind for kind, ends in _SUFFIXES.items() if suffix.endswith(ends)), None)


def true_compression(name: str, head: bytes) -> str | None:
    """Return how an archive is packed by its first bytes, None for a plain tar.

    Where they say nothing, as in a tar of the oldest kind, its name does.
    """
    if head[_TAR_SIGN] == b"ustar":
        return None
    found = (kind for sign, kind in _SIGNS.items() if head.startswith(sign))
    return next(found, compression_of(name))


def unread_kind(head: bytes) -> str | None:
    """Return what an archive is by its first bytes that is not read, None for others."""
    if head[_TAR_SIGN] == b"ustar":
        return None
    return next((kind for sign, kind in _OTHER_SIGNS.items() if head.startswith(sign)), None)


def unpacked(stream: IO[bytes], compression: str) -> IO[bytes]:
    """Return what a stream unpacks to; to seek backwards in it unpacks it from the start again."""
    opened: dict[str, Callable[[Any], Any]] = {
        "gzip": lambda packed: gzip.GzipFile(fileobj=packed),
        "bzip2": bz2.BZ2File,
        "xz": lzma.LZMAFile,
        "zstd": lambda packed: _zstd().ZstdFile(packed),
    }
    return cast(IO[bytes], opened[compression](stream))


def lacks_library(compression: str | None) -> bool:
    """Return whether nothing is installed that unpacks it."""
    return compression == "zstd" and _zstd() is None


@cache
def unpacking_errors() -> tuple[type[Exception], ...]:
    """Return what is raised where packed data is damaged."""
    errors: tuple[type[Exception], ...] = (
        *(EOFError, gzip.BadGzipFile, lzma.LZMAError),
        *(zlib.error, zipfile.BadZipFile, struct.error),
    )
    return errors if _zstd() is None else (*errors, _zstd().ZstdError)


@cache
def _zstd() -> Any:
    """Return the module that reads zstd, None where there is none."""
    for name in _ZSTD_MODULES:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None
