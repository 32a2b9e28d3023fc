"""Where no output may go: the index, what it was read from, and the images of datasets.

Files and folders are compared by what they are on the disk, so that a link, another spelling or
another case of a name is the same; where nothing is there, by their paths without links.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.schema import JOURNALS
from ovmr_index.db.session import Session
from ovmr_index.errors import ProtectedPathError, UsageError, option
from ovmr_index.export.input_queries import archive_paths, image_folders, source_paths
from ovmr_index.ingest.sources import SourceOptions, usual_inputs
from ovmr_index.storage.paths import stays_below
from ovmr_index.storage.remote.path import RemotePath

_FEW = 256  # files or folders that are all looked at; of more only those whose name is near

_Id = tuple[int, int]  # device and inode
_Input = tuple[str, Path]  # what it is, and where


class _Output(NamedTuple):
    """A file that is to be written: what is there, and the folders above, from the nearest on."""

    real: Path
    file: _Id | None
    folders: dict[Path, _Id | None]
    names: frozenset[str]

    @classmethod
    def at(cls, path: Path) -> "_Output":
        """Look at a path; links are followed."""
        real = Path(os.path.realpath(path))
        names = {
            one.name.casefold() for one in (*real.parents, *path.absolute().parents, real, path)
        }
        return cls(real, _id(path), {one: _id(one) for one in real.parents}, frozenset(names))

    def is_same_file(self, path: Path) -> bool:
        """Return whether a file is the one that is to be written."""
        if self.file is not None:
            return _id(path) == self.file
        return Path(os.path.realpath(path)) == self.real

    def is_below(self, folder: Path, *, directly: bool) -> bool:
        """Return whether a folder is one of those above, or the nearest."""
        known = _id(folder)
        above = list(self.folders.items())[: 1 if directly else None]
        if known is not None:
            return any(one == known for _, one in above)
        return any(one == Path(os.path.realpath(folder)) for one, _ in above)


def check_output(session: Session, path: Path, *, is_published: bool = False) -> None:
    """Raise ProtectedPathError where a file at `path` would replace the index or an input.

    Also where it would be among the images of a dataset, unless that `is_published`: the usual
    path of the file. What is not read yet, but would be from its usual path, is an input, too.
    """
    output = _Output.at(path)
    _check_index(session, path, output)
    with session.read() as connection:
        for what, file in _files(connection, session.root):
            if output.is_same_file(file):
                raise ProtectedPathError(path, what)
        if is_published:
            return
        for what, file in _archives(connection, session.root, output):
            if output.is_same_file(file):
                raise ProtectedPathError(path, what)
        _check_folders(connection, session.root, path, output)
    if output.file is not None and any(map(output.is_same_file, _inputs_there(path))):
        raise ProtectedPathError(path, "is what an ingest of another root reads")


def usual_output(session: Session, path: Path) -> Path:
    """Return the usual path of a file; raises UsageError where a name in it leads out of the root.

    Raises ProtectedPathError as `check_output`.
    """
    top = session.outputs
    if not path.is_relative_to(top) or not stays_below(path.relative_to(top).as_posix()):
        raise UsageError(f"{path}: is outside {top}; give {option('path', flag='-o')}")
    check_output(session, path, is_published=True)
    return path


def check_output_folder(session: Session, path: Path) -> None:
    """Raise ProtectedPathError where files in a folder would be among the images of a dataset.

    Folders that are made there would be, too, where it is the folder of all images of a dataset.
    """
    output = _Output.at(path / "file")
    with session.read() as connection:
        _check_folders(connection, session.root, path, output, is_folder=True)
        above_root = _ids_above(session.root)
        for dataset, top in sorted({(name, top) for name, top, *_ in _image_folders(connection)}):
            folder = session.root / top
            if _id(folder) not in above_root and output.is_below(folder, directly=True):
                what = f"holds the images of {dataset}"
                raise ProtectedPathError(path, what, is_folder=True)


def _check_index(session: Session, path: Path, output: _Output) -> None:
    if not isinstance(session.location, Path):
        return
    for index in {session.location, Path(os.path.realpath(session.location))}:
        if output.is_same_file(index):
            raise ProtectedPathError(path, "is the index")
        journals = {f"{index.name}{suffix}".casefold() for suffix in JOURNALS}
        if output.real.name.casefold() in journals and output.is_below(index.parent, directly=True):
            raise ProtectedPathError(path, "is a journal of the index")


def _files(connection: Connection, root: Path) -> Iterator[_Input]:
    for name, path, options in stream_rows(connection, source_paths()):
        if path is not None:
            yield f"is what {name} was read from", root / path
        mapping = SourceOptions.from_json(options, root, name).synsets
        if isinstance(mapping, Path):
            yield f"maps the categories of {name} to synsets", mapping
    for path in usual_inputs(root):
        yield "is what an ingest reads", path


def _inputs_there(path: Path) -> list[Path]:
    """Return the usual inputs of the root that a path is in, where it is the usual path of one."""
    return usual_inputs(path.absolute().parent.parent)


def _archives(connection: Connection, root: Path, output: _Output) -> Iterator[_Input]:
    rows = list(stream_rows(connection, archive_paths()))
    for name, folder, path in rows:
        if len(rows) <= _FEW or Path(path).name.casefold() in output.names:
            yield f"holds images of {name}", root / folder / path


def _check_folders(
    connection: Connection, root: Path, path: Path, output: _Output, *, is_folder: bool = False
) -> None:
    above_root = _ids_above(root)
    folders = _image_folders(connection)
    for dataset, top, name, directly in folders:
        folder = root / top / name
        if len(folders) > _FEW and folder.name.casefold() not in output.names:
            continue
        # A folder that the index itself is in holds more than images.
        if output.is_below(folder, directly=directly or _id(folder) in above_root):
            what = f"is below {folder}, among the images of {dataset}"
            raise ProtectedPathError(path, what, is_folder=is_folder)


def _ids_above(root: Path) -> set[_Id | None]:
    """Return the ids of the root of the index and of the folders that it is in, if on a disk."""
    if isinstance(root, RemotePath):
        return set()
    return {_id(one) for one in (root, *Path(os.path.realpath(root)).parents)}


def _image_folders(connection: Connection) -> list[tuple[str, str, str, bool]]:
    """Return (dataset, its root, a folder below that, whether only files directly in it count).

    All below the folders that an annotation file names. Of a tree all below each folder in its
    root, and in the root itself files alone, as other folders may be beside those of images.
    """
    found = set[tuple[str, str, str, bool]]()
    for dataset, top, folder, is_annotated in stream_rows(connection, image_folders()):
        found.add((dataset, top, folder if is_annotated else folder.partition("/")[0], False))
        if not is_annotated:
            found.add((dataset, top, "", True))
    return sorted(found)


def _id(path: Path) -> _Id | None:
    """Return what a path leads to, None where there is nothing, or it is on no disk."""
    if isinstance(path, RemotePath):
        return None
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino
