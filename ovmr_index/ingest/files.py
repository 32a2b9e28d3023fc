"""Which files a source was read from, and whether they have changed since."""

import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from ovmr_index.db.models import SourceFile
from ovmr_index.errors import RecordError, os_reason

_SETTLED_NS = 2_000_000_000  # a file that changed later than this ago may change unseen
_CHUNK = 1 << 22


class FileState(NamedTuple):
    """A file as it is now: `path` as the index keeps it, size in bytes, time in nanoseconds."""

    file: Path
    path: str
    size: int
    mtime_ns: int | None


def relative_path(path: Path, root: Path) -> str:
    """Return `path` below `root` with forward slashes, or absolute where it lies elsewhere."""
    absolute, base = Path(os.path.abspath(path)), Path(os.path.abspath(root))
    return (absolute.relative_to(base) if absolute.is_relative_to(base) else absolute).as_posix()


def stat_files(files: Sequence[Path], root: Path) -> list[FileState]:
    """Return size and time of the files; raises RecordError for one that is not there."""
    return [_look_at(file, root) for file in files]


def _look_at(file: Path, root: Path) -> FileState:
    now = time.time_ns()
    try:
        status = file.stat()
    except OSError as error:
        problem = os_reason(error)
        raise RecordError(file, "", problem, "check the path") from None
    settled = status.st_mtime_ns if now - status.st_mtime_ns > _SETTLED_NS else None
    return FileState(file, relative_path(file, root), status.st_size, settled)


def digest(file: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    sha256 = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                sha256.update(chunk)
    except OSError as error:
        problem = os_reason(error)
        raise RecordError(file, "", problem, "check the file") from None
    return sha256.hexdigest()


def same_by_time(connection: Connection, source_pk: int, states: list[FileState]) -> bool:
    """Tell whether paths, sizes and times are those that were read."""
    rows = connection.execute(
        select(SourceFile.path, SourceFile.size, SourceFile.mtime_ns).where(
            SourceFile.source_pk == source_pk
        )
    )
    known = {(path, size, mtime_ns) for path, size, mtime_ns in rows if mtime_ns is not None}
    return known == {(state.path, state.size, state.mtime_ns) for state in states}


def same_by_content(connection: Connection, source_pk: int, digests: list[str]) -> bool:
    """Tell whether the contents are those that were read."""
    query = select(SourceFile.sha256).where(SourceFile.source_pk == source_pk)
    return sorted(connection.execute(query).scalars()) == sorted(digests)


def store(
    connection: Connection, source_pk: int, states: list[FileState], digests: list[str]
) -> None:
    """Store what the source was read from."""
    connection.execute(delete(SourceFile).where(SourceFile.source_pk == source_pk))
    rows = [
        {
            "source_pk": source_pk,
            "path": state.path,
            "size": state.size,
            "mtime_ns": state.mtime_ns,
            "sha256": sha256,
        }
        for state, sha256 in zip(states, digests, strict=True)
    ]
    connection.execute(insert(SourceFile), rows)
