"""Tars of class folders: where each image is, read from the headers alone.

A tar holds the images of one class, or tars of classes (plain or gzip), or class folders. It is
never unpacked. Formats: ustar, pax and GNU, as the standard library's `tarfile` reads them.
"""

import gzip
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO, cast

from ovmr_index.errors import Issue, RecordError, os_reason
from ovmr_index.formats.tree_records import ArchiveBatch, ArchivedFolder, ArchivedImage
from ovmr_index.storage.listing import is_text, shown
from ovmr_index.storage.paths import split_path
from ovmr_index.storage.tar_members import Window

SUFFIXES = (".JPEG", ".jpg", ".jpeg", ".png")
CLASS_TAR = re.compile(r"(n[0-9]{8})(\.tar|\.tar\.gz|\.tgz)")
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz")

_WNID = re.compile(r"n[0-9]{8}")
_END = bytes(2 * tarfile.BLOCKSIZE)
_BATCH = 4_096
_PIECE = 1 << 20
_BAD_TAR = (tarfile.TarError, EOFError, OSError, RecursionError, ValueError, zlib.error)


class TarImages:
    """The images of a tar, as if it were unpacked; what is left out is put into `problems`.

    `splits` are the folders whose names are splits; `split` is that of the folder that the tar is
    in. A class tar is given as `folder`; other tars name their folders themselves.
    """

    def __init__(
        self,
        file: Path,
        splits: tuple[str, ...],
        folder: ArchivedFolder | None = None,
        split: str | None = None,
    ) -> None:
        """Read nothing yet."""
        self._file, self._splits, self._folder, self._split = file, splits, folder, split
        self.problems: list[Issue] = []
        self._met: list[ArchivedFolder] = []
        self._done = 0
        self._unlabelled = 0

    def batches(self) -> Iterator[ArchiveBatch]:
        """Yield the images in the tar's order; raises RecordError for a tar that is cut short."""
        try:
            with self._file.open("rb", buffering=_PIECE) as stream:
                images = self._images(stream, os.fstat(stream.fileno()).st_size)
                while (batch := list(islice(images, _BATCH))) or self._met:
                    met, self._met = self._met, []
                    yield ArchiveBatch(self._done, met, batch)
        except OSError as error:
            problem = os_reason(error)
            raise RecordError(self._file, "", problem, "check the file") from None
        if self._unlabelled:
            reason = f"images in no class folder, and so without a label: {self._unlabelled:,}"
            self.problems.append(Issue(record=str(self._file), reason=reason))

    def _images(self, stream: BinaryIO, size: int) -> Iterator[ArchivedImage]:
        if self._folder is not None:
            yield from self._of_class(stream, 0, size, self._folder)
            return
        for member, folder, name in self._files(cast(IO[bytes], Window(stream, 0, size)), ""):
            self._done = member.offset
            if name.endswith(TAR_SUFFIXES):
                inner = self._inner_tar(member, folder, name)
                if inner is not None:
                    self._met.append(inner)
                    yield from self._of_class(stream, member.offset_data, member.size, inner)
            elif name.endswith(SUFFIXES):
                image = self._in_class_folder(member, folder, name)
                if image is not None:
                    yield image

    def _of_class(
        self, stream: BinaryIO, offset: int, size: int, folder: ArchivedFolder
    ) -> Iterator[ArchivedImage]:
        """Yield the images of a class tar, whose bytes are in the stream."""
        inner = "" if folder.offset is None else f"{folder.path}.tar"
        tar: IO[bytes] = cast(IO[bytes], Window(stream, offset, size))
        if folder.compression is not None:
            tar = cast(IO[bytes], gzip.GzipFile(fileobj=tar))
        for member, above, name in self._files(tar, inner):
            if above not in ("", folder.wnid):
                self._leave_out(member.name, f"is in another folder than {folder.wnid}")
            elif name.endswith(SUFFIXES):
                yield ArchivedImage(folder, name, member.offset_data, member.size)

    def _files(self, stream: IO[bytes], inner: str) -> Iterator[tuple[tarfile.TarInfo, str, str]]:
        """Yield the files of a tar with folder and name; what else it holds is a problem.

        Hidden files, folders and names without meaning are passed over, as in a tree.
        """
        for member in _members(stream, self._file, inner):
            path = member.name
            while path.startswith("./"):
                path = path[2:].lstrip("/")
            parts = split_path(path)
            if member.isdir() or path.rpartition("/")[2].startswith("."):
                continue
            if parts is None:
                self._leave_out(member.name, "its path leaves the folder")
            elif not member.isreg() or member.issparse():
                self._leave_out(member.name, "is a link, a device or sparse, and no plain file")
            elif not is_text(path):
                self._leave_out(member.name, "its name is not UTF-8")
            else:
                yield member, *parts

    def _inner_tar(self, member: tarfile.TarInfo, folder: str, name: str) -> ArchivedFolder | None:
        found = CLASS_TAR.fullmatch(name)
        if found is None:
            self._leave_out(member.name, "the tar's name is no wnid")
            return None
        wnid, suffix = found.groups()
        compression = None if suffix == ".tar" else "gzip"
        path, split = self._class_path(folder, wnid)
        return ArchivedFolder(path, split, wnid, member.offset_data, member.size, compression)

    def _in_class_folder(
        self, member: tarfile.TarInfo, folder: str, name: str
    ) -> ArchivedImage | None:
        above, _, wnid = folder.rpartition("/")
        if not _WNID.fullmatch(wnid):
            self._unlabelled += 1
            return None
        path, split = self._class_path(above, wnid)
        found = ArchivedFolder(path, split, wnid, None, None, None)
        return ArchivedImage(found, name, member.offset_data, member.size)

    def _class_path(self, above: str, wnid: str) -> tuple[str, str | None]:
        """Return the path of a class folder as if it were unpacked, and its split."""
        last = above.rpartition("/")[2]
        split = last if last in self._splits else self._split
        return (wnid, None) if split is None else (f"{split}/{wnid}", split)

    def _leave_out(self, name: str, reason: str) -> None:
        self.problems.append(Issue(file=str(self._file), record=shown(name), reason=reason))


def _members(stream: IO[bytes], file: Path, inner: str) -> Iterator[tarfile.TarInfo]:
    """Yield the members of a tar; raises RecordError for one that is cut short or damaged.

    `tarfile` itself takes a tar that was cut between two members for a whole one, and stops without
    a word at a header that it cannot read: what follows the last member must be two zero blocks.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r:", encoding="utf-8") as tar:
            while (member := tar.next()) is not None:
                tar.members.clear()  # type: ignore[attr-defined]  # it would keep 14 million
                if tar.offset <= member.offset:
                    raise tarfile.ReadError(f"a bad size at byte {member.offset:,}")
                yield member
            stream.seek(tar.offset)
            if stream.read(len(_END)) != _END:
                raise tarfile.ReadError(f"no end at byte {tar.offset:,}")
        while stream.read(_PIECE):  # the last bytes of gzip say whether all is well
            pass
    except _BAD_TAR as error:
        problem = f"is no tar, cut short or damaged ({error})"
        raise RecordError(file, inner, problem, "copy or download it again") from None
