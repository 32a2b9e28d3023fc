"""The folder of an index as Parquet: made beside its place, and named once it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, ProtectedPathError, UsageError, option, os_reason
from ovmr_index.export.forms.form_paths import FORMS_FOLDER
from ovmr_index.export.outputs import check_output_folder, usual_output
from ovmr_index.formats.parquet.manifest import (
    MANIFEST,
    POOLS,
    README,
    is_manifest,
    read_manifest,
)
from ovmr_index.storage.atomic import sync_folders
from ovmr_index.storage.partial import clear_partial_folders, partial_path
from ovmr_index.storage.symbolic_links import is_same


def parquet_folder(session: Session, given: Path | None) -> Path:
    """Return where the folder goes: `<root>/exports/parquet`, or the one given.

    Raises:
        UsageError: It is the root of the datasets, a file, among the images of a dataset, or holds
            something else than an earlier export.
        OvmrIndexError: It cannot be listed.
    """
    if given is None:
        folder = usual_output(session, session.root / FORMS_FOLDER / "parquet")
    else:
        folder = given
        if is_same(folder, session.root):
            raise ProtectedPathError(folder, "is the root of the datasets", is_folder=True)
        check_output_folder(session, folder)
    _check_content(folder)
    return folder


def _check_content(folder: Path) -> None:
    """Check that a folder is not there, is empty, or holds an export and nothing else."""
    another = f"give another {option('folder', flag='-o')}"
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise UsageError(f"{folder}: is no folder; {another}") from None
    except OSError as error:
        raise OvmrIndexError(f"{folder}: {os_reason(error)}; {another}") from None
    if not names:
        return
    if not is_manifest(folder / MANIFEST):
        raise UsageError(f"{folder}: holds {min(names)}, which is not from an export; {another}")
    written = {MANIFEST, README, *(one.path for one in read_manifest(folder).files)}
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder).as_posix()
        if below not in written and not _is_of_pools(below) and not _is_plain_folder(path):
            raise UsageError(f"{folder}: holds {below}, which is not from an export; {another}")


def _is_of_pools(below: str) -> bool:
    """Return whether a file is of pools, which were made of the export and go with it."""
    return below.startswith(f"{POOLS}/")


def _is_plain_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Give a hidden folder beside a folder, which takes its place when the block ends.

    An earlier folder goes; where the block raises, it stays as it was. A link stays, and the folder
    that it leads to is replaced.

    Raises:
        OvmrIndexError: The system reports an error, such as a full disk.
    """
    place = Path(os.path.realpath(folder))
    made = partial_path(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        clear_partial_folders(place.parent)
        made.mkdir()
        try:
            yield made
            _sync(made)
            _swap(made, place)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        said = f"{folder}: {os_reason(error)}; nothing was changed there"
        raise OvmrIndexError(f"{said}; check the folder and its space") from None


def _swap(made: Path, place: Path) -> None:
    """Give a folder its place, and delete the one that was there; or leave that one there."""
    old = partial_path(place)
    if place.exists():
        place.rename(old)
    try:
        made.rename(place)
        sync_folders([place.parent])
    finally:
        if not place.exists() and old.exists():
            old.rename(place)
        shutil.rmtree(old, ignore_errors=True)


def _sync(made: Path) -> None:
    """Wait until all that is in a folder is on the disk."""
    sync_folders([*sorted(made.rglob("*")), made])
