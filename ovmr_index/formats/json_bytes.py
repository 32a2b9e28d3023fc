"""The bytes of a JSON file, whatever holds them: a file, a gzip file, or a pipe that is read once.

A file is mapped, not read: its pages are the operating system's to keep or drop. What is unpacked
or comes out of a pipe is first written to a temporary file without a name, and mapped there.
"""

import codecs
import gzip
import io
import mmap
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import IO, BinaryIO

from ovmr_index.errors import RecordError, counted, os_reason
from ovmr_index.storage.regular import PIPES, refused_kind
from ovmr_index.storage.remote.path import RemotePath

_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_EMPTY = ("the file is empty", "download it again")
_UNPACK = "unpack it, and give the file in it"
AS_UTF8 = "save it as UTF-8"
_GIVE_JSON = "give the annotation file"


def _brackets(coding: str) -> list[bytes]:
    """Return what JSON begins with in a coding, without a mark of the order of its bytes."""
    return [sign.encode(f"{coding}-{order}") for sign in "[{" for order in ("le", "be")]


# What files of other kinds begin with: where, what, and what to do about it.
_OTHERS = (
    (0, b"PK\x03\x04", "a zip archive", _UNPACK),
    (0, _GZIP, "compressed with gzip twice", _UNPACK),
    (0, b"BZh", "compressed with bzip2", _UNPACK),
    (0, b"\xfd7zXZ\0", "compressed with xz", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "compressed with zstd", _UNPACK),
    (257, b"ustar", "a tar", _UNPACK),
    *(
        (0, sign, "UTF-32 text", AS_UTF8)  # before UTF-16, whose mark some of these begin with
        for sign in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, *_brackets("utf-32"))
    ),
    *(
        (0, sign, "UTF-16 text", AS_UTF8)
        for sign in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, *_brackets("utf-16"))
    ),
    (0, b"version https://git-lfs", "a pointer of Git LFS", "run `git lfs pull`"),
    (0, b"\xff\xd8\xff", "a JPEG image", _GIVE_JSON),
    (0, b"\x89PNG", "a PNG image", _GIVE_JSON),
    (0, b"GIF8", "a GIF image", _GIVE_JSON),
    (4, b"ftypavif", "an AVIF image", _GIVE_JSON),
    (0, b"%PDF", "a PDF", _GIVE_JSON),
    (0, b"PAR1", "a Parquet file", _GIVE_JSON),
    (0, b"SQLite format 3\0", "a SQLite database", _GIVE_JSON),
)


def json_bytes(path: Path) -> memoryview:
    """Return the bytes of the JSON file at `path`, without a byte order mark.

    Raises:
        RecordError: It cannot be opened, is empty, or begins like a file of another kind.
    """
    try:
        with _opened(path) as file:
            is_packed = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            if is_packed:
                found = _unpacked(path, file)
            elif isinstance(path, RemotePath) and zipfile.is_zipfile(file):
                found = _unzipped(path, file)
            else:
                found = _mapped(file)
    except OSError as error:
        raise RecordError(path, "", os_reason(error), "check the file") from None
    if bytes(found[:3]) == codecs.BOM_UTF8:
        found = found[3:]
    if not found:
        raise RecordError(path, "", *_EMPTY)
    for start, sign, what, remedy in _OTHERS:
        if bytes(found[start : start + len(sign)]) == sign:
            raise RecordError(path, "", f"is not JSON: it is {what}", remedy)
    return found


def _opened(path: Path) -> BinaryIO:
    """Open a regular file, or a temporary one with what an open pipe of this process gives."""
    status = path.stat()
    if stat.S_ISFIFO(status.st_mode) and os.fspath(path).startswith(PIPES):
        with path.open("rb") as pipe:
            return _temporary(pipe)
    if (kind := refused_kind(status)) is not None:
        raise RecordError(path, "", f"is {kind}", "give a file")
    return path.open("rb")


def _mapped(file: BinaryIO) -> memoryview:
    if os.fstat(file.fileno()).st_size == 0:
        return memoryview(b"")
    return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _unpacked(path: Path, packed: BinaryIO) -> memoryview:
    """Return what a gzip file holds; raises RecordError for one that is damaged or cut off."""
    try:
        with gzip.GzipFile(fileobj=packed) as unpacking, _temporary(unpacking) as file:
            return _mapped(file)
    except EOFError:
        raise RecordError(path, "", "the gzip file is cut off", "download it again") from None
    except (gzip.BadGzipFile, zlib.error):
        raise RecordError(path, "", "the gzip file is damaged", "download it again") from None
    except OSError as error:
        problem = f"cannot be unpacked: {os_reason(error)}"
        raise RecordError(path, "", problem, "make room for temporary files") from None


def _unzipped(path: Path, packed: BinaryIO) -> memoryview:
    """Return the one file in a zip; raises RecordError for one that is damaged or holds others.

    A remote file is read as it is published, since nobody can unpack it there.
    """
    try:
        with zipfile.ZipFile(packed) as archive:
            names = [one for one in archive.namelist() if not one.endswith("/")]
            if len(names) != 1:
                problem = f"is a zip of {counted(len(names), 'file')}, not of one"
                raise RecordError(path, "", problem, _UNPACK)
            with archive.open(names[0]) as unpacking, _temporary(unpacking) as file:
                return _mapped(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise RecordError(path, "", "the zip is damaged", "have it put there again") from None


def _temporary(source: io.BufferedIOBase | IO[bytes]) -> BinaryIO:
    """Return a file without a name, which ends with its last user, that holds what is read."""
    with ExitStack() as stack:
        file: BinaryIO = stack.enter_context(tempfile.TemporaryFile())
        shutil.copyfileobj(source, file, _CHUNK)
        file.seek(0)
        stack.pop_all()
    return file
