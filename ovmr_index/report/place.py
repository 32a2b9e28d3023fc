"""The folder of a report: nothing in it changes until the whole report is there.

A report is `index.html` and one folder, whose name is the hash of what is in it. The folder comes
first; then the new page takes the place of the old one, in one step; then the old folder goes.
"""

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, ProtectedPathError, UsageError, option, os_reason
from ovmr_index.export.outputs import check_output_folder
from ovmr_index.storage.atomic import sync_folders
from ovmr_index.storage.partial import clear_partial_folders, partial_path
from ovmr_index.storage.symbolic_links import is_same

INDEX = "index.html"
GENERATOR = '<meta name="generator" content="ovmr-index report">'
_DATA = re.compile(r"files-[0-9a-f]{12}")
_HEAD = 1_024  # bytes of a page, in which its generator is


def check_place(session: Session, folder: Path) -> None:
    """Check that a report may be written to a folder: it is empty, or holds an earlier report.

    Raises:
        UsageError: It is a file, the root of the datasets, among the images of a dataset, or it
            holds something else.
        OvmrIndexError: It cannot be listed.
    """
    if is_same(folder, session.root):
        raise ProtectedPathError(folder, "is the root of the datasets", is_folder=True)
    check_output_folder(session, folder)
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise UsageError(
            f"{folder}: is no folder; give another {option('folder', flag='-o')}"
        ) from None
    except OSError as error:
        raise OvmrIndexError(f"{folder}: {os_reason(error)}; give another folder") from None
    for name in names:
        if not _is_of_report(folder / name):
            raise UsageError(
                f"{folder}: holds {name}, which is not from a report; give another"
                f" {option('folder', flag='-o')}"
            )


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give a hidden folder below a folder, to make a report in: it is gone when the block ends.

    Raises:
        OvmrIndexError: The system reports an error, such as a full disk.
    """
    was_there = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_partial_folders(folder)
        made = partial_path(folder / "report")
        made.mkdir()
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)
            if not was_there:
                with suppress(OSError):  # the report is there
                    folder.rmdir()
    except OSError as error:
        said = f"{folder}: {os_reason(error)}; nothing was changed there"
        raise OvmrIndexError(f"{said}; check the folder and its space") from None


def commit(made: Path, data: Path | None, write_index: Callable[[Path, str], None]) -> None:
    """Let a report that was made in a hidden folder take the place of an earlier one.

    Args:
        made: The hidden folder, from `replacing`.
        data: The folder in it with all files but the first page, None where there are none.
        write_index: Writes the first page to a path, given the name that `data` will have.
    """
    name = "" if data is None else f"files-{_digest(data)}"
    index = made / INDEX
    write_index(index, name)
    sync_folders([*sorted(made.rglob("*")), made])
    with _locked(made.parent) as folder:
        if data is not None:
            shutil.rmtree(folder / name, ignore_errors=True)
            data.rename(folder / name)
        index.replace(folder / INDEX)
        for old in sorted(folder.iterdir()):
            if _DATA.fullmatch(old.name) and old.name != name:
                shutil.rmtree(old, ignore_errors=True)
        sync_folders([folder])


def _is_of_report(path: Path) -> bool:
    """Return whether something in a folder is part of a report; what is hidden may be there."""
    if path.name == INDEX:
        with suppress(OSError), path.open("rb") as file:
            return GENERATOR.encode() in file.read(_HEAD)
        return False
    return path.name.startswith(".") or _DATA.fullmatch(path.name) is not None


def _digest(folder: Path) -> str:
    """Return a hash of the names and the content of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(folder)} {content}\n".encode())
    return digest.hexdigest()[:12]


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """Let one process at a time change the folder, where its file system has locks."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(opened)
