"""Archives of class folders: where each image is, read from the headers alone.

A tar or a zip holds the images of one class, or archives of classes, or class folders. It is never
unpacked.
"""

import os
import re
import shlex
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO, cast

from ovmr_index.errors import Issue, RecordError, counted, os_reason
from ovmr_index.formats.class_folder import no_image
from ovmr_index.formats.left_out import LeftOut
from ovmr_index.formats.split_names import MEANT, SPLITS, TEST
from ovmr_index.formats.tar_headers import Beside, Member, plain_path, tar_members, zip_members
from ovmr_index.formats.tree_records import ArchiveBatch, ArchivedFolder, ArchivedImage
from ovmr_index.storage.compression import (
    SIGN,
    UNPACK,
    compression_of,
    is_archive_name,
    lacks_library,
    true_compression,
    unpacked,
    unread_kind,
)
from ovmr_index.storage.image_names import HEAD, has_image_suffix, hidden_image
from ovmr_index.storage.listing import is_text, shown
from ovmr_index.storage.paths import split_path
from ovmr_index.storage.reading import opened_unchanged
from ovmr_index.storage.tar_members import Window

_OF_MACOS = "__MACOSX/"  # it puts a file there for each that it puts into a zip

IMAGES = "images"  # the folder in a class folder that its images may be in, as in Tiny ImageNet

_WNID = re.compile(r"n[0-9]{8}")
_BATCH = 4_096
_PIECE = 1 << 20
_ANY_SIZE = 1 << 62
_SHOWN = 5  # folders


def class_of(name: str) -> str | None:
    """Return the wnid that an archive is called by, None for one of another name."""
    wnid = name.partition(".")[0]
    return wnid if is_archive_name(name) and _WNID.fullmatch(wnid) else None


def unread_reason(compression: str | None) -> str | None:
    """Return why an archive packed in this way is not read here, None where it is."""
    if not lacks_library(compression):
        return None
    return (
        f"is packed by {compression}, and nothing here unpacks that; run"
        f" `{UNPACK[compression or '']}` on it, or `pip install backports.zstd`"
    )


def require_middle(file: Path, compression: str | None) -> None:
    """Raise RecordError for an archive of several classes that is packed as a whole."""
    if compression in UNPACK:
        problem = f"is packed by {compression} as a whole, so that no image can be read from its"
        remedy = f"run `{UNPACK[compression]}` on it first"
        raise RecordError(file, "", f"{problem} middle", remedy)


class TarImages:
    """The images of a tar or zip, as if it were unpacked; what is left out is put into `problems`.

    What an archive is, its first bytes say before its name does; `notes` tell where they differ.
    `splits` are the folders whose names are splits; `split` is that of the folder that the archive
    is in. The archive of a class is given as `folder`; others name their folders themselves.
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
        self.notes: list[str] = []
        self._left_out = LeftOut(file, self.problems)
        self._met: list[ArchivedFolder] = []
        self._done = 0
        self._unlabelled = 0
        self._above: set[str] = set()  # the folders that classes are in, but for those of splits

    def batches(self) -> Iterator[ArchiveBatch]:
        """Yield the images in the tar's order; raises RecordError for a tar that is cut short."""
        try:
            with opened_unchanged(self._file, _PIECE) as stream:
                images = self._images(stream, stream.seek(0, os.SEEK_END))
                while (batch := list(islice(images, _BATCH))) or self._met:
                    met, self._met = self._met, []
                    yield ArchiveBatch(self._done, met, batch)
        except OSError as error:
            problem = os_reason(error)
            raise RecordError(self._file, "", problem, "check the file") from None
        self._say_without_split()
        if self._unlabelled:
            reason = f"images in no class folder, and so without a label: {self._unlabelled:,}"
            if class_of(self._file.name):
                remedy = f"`ovmr-index ingest imagenet {shlex.quote(str(self._file.parent))}`"
                reason += f"; its name is the label where its folder is given: run {remedy}"
            self.problems.append(Issue(record=str(self._file), reason=reason))

    def _images(self, stream: BinaryIO, size: int) -> Iterator[ArchivedImage]:
        whole = cast(IO[bytes], Window(stream, 0, size))
        known = self._true_compression("", self._file.name, whole, 0)
        if known is None:
            return
        (compression,) = known
        whole = _window(stream, 0, size, compression)
        if self._folder is not None:
            yield from self._of_class(
                stream, 0, size, self._folder._replace(compression=compression)
            )
            return
        require_middle(self._file, compression)
        for member, folder, name in self._files(whole, compression, ""):
            self._done = member.done
            if is_archive_name(name):
                inner = self._inner_archive(whole, member, folder, name, compression)
                if inner is not None:
                    self._met.append(inner)
                    yield from self._of_class(stream, member.offset, member.size, inner)
            elif self._is_image(whole, compression, member, name):
                image = self._in_class_folder(member, folder, name, compression)
                if image is not None:
                    yield image

    def _true_compression(
        self, inner: str, name: str, stream: IO[bytes], start: int
    ) -> tuple[str | None] | None:
        """Return how the archive that begins at a byte is packed; None where it is not read.

        `inner` is its path in this one, "" for this one itself.
        """
        stream.seek(start)
        head = stream.read(SIGN)
        compression = true_compression(name, head)
        reason = unread_reason(compression)
        if (kind := unread_kind(head)) is not None:
            reason = f"is {kind} by its first bytes, and is not read here; unpack it"
        if reason is not None:
            self._left_out.add(inner, reason)
            return None
        if compression != compression_of(name):
            kind = "zip" if compression == "zip" else "tar"
            packed = "" if compression in (None, "zip") else f" packed by {compression}"
            where = f"{self._file}: {shown(inner)}" if inner else f"{self._file}"
            self.notes.append(f"{where} is a {kind}{packed} by its first bytes, and is read as one")
        return (compression,)

    def _of_class(
        self, stream: BinaryIO, offset: int, size: int, folder: ArchivedFolder
    ) -> Iterator[ArchivedImage]:
        """Yield the images of a class, whose archive's bytes are in the stream."""
        inner = "" if folder.offset is None else f"{folder.path}.tar"
        tar = _window(stream, offset, size, folder.compression)
        if folder.compression not in (None, "zip"):
            packed = unpacked(tar, folder.compression)
            tar = cast(IO[bytes], Window(packed, 0, _ANY_SIZE))
        below = folder._replace(path=f"{folder.path}/{IMAGES}")
        places = {
            **dict.fromkeys(("", folder.wnid), folder),
            **dict.fromkeys((IMAGES, f"{folder.wnid}/{IMAGES}"), below),
        }
        for member, above, name in self._files(tar, folder.compression, inner):
            if above not in places:
                self._left_out.add(member.name, f"is in another folder than {folder.wnid}")
            elif self._is_image(tar, folder.compression, member, name):
                yield ArchivedImage(places[above], name, member.offset, member.size, above)

    def _files(
        self, stream: IO[bytes], compression: str | None, inner: str
    ) -> Iterator[tuple[Member, str, str]]:
        """Yield the files of an archive with folder and name; what else it holds is a problem.

        Hidden files are passed over, and of images left out, as in a tree.
        """
        beside = Beside()
        members = zip_members if compression == "zip" else tar_members
        for member in members(stream, self._file, inner, beside):
            path = plain_path(member.name)
            parts = split_path(path)
            if (last := path.rpartition("/")[2]).startswith("."):
                if not path.startswith(_OF_MACOS) and (reason := hidden_image(last)):
                    self._left_out.add(member.name, reason)
                continue
            if parts is None:
                self._left_out.add(member.name, "its path leaves the folder")
            elif member.refused:
                self._left_out.add(member.name, member.refused)
            elif not is_text(path):
                self._left_out.add(member.name, "its name is not UTF-8")
            else:
                yield member, *parts
        self._say_beside(beside, inner)

    def _say_without_split(self) -> None:
        """Say which folders of classes are called nearly as splits, or are read as one."""
        names = {path.rpartition("/")[2] for path in self._above}
        if len(names) > 1 or any(name.casefold() in (*MEANT, *TEST) for name in names):
            folders = ", ".join(shown(path or ".") for path in sorted(self._above)[:_SHOWN])
            self.notes.append(
                f"{self._file}: classes in {folders} are read as one, without a split: to tell"
                f" splits apart, unpack it and call the folders {', '.join(SPLITS)}"
            )

    def _say_beside(self, beside: Beside, inner: str) -> None:
        """Say what an archive has before its beginning or after its end."""
        if beside.tars:
            where = f"{self._file}: {inner}" if inner else f"{self._file}"
            self.notes.append(
                f"{where} is {counted(beside.tars + 1, 'tar')} joined to one; all are read here,"
                " but `tar` unpacks the first alone unless it is given --ignore-zeros"
            )
        if beside.bytes_after:
            reason = f"{beside.bytes_after:,} bytes after the end of the tar are no tar"
            self._left_out.add(inner, f"{reason}, and are not read")
        if beside.bytes_before:
            reason = f"{beside.bytes_before:,} bytes before the first file belong to another zip"
            self._left_out.add(inner, f"{reason}, and are not read; unpack both")

    def _is_image(
        self, stream: IO[bytes], compression: str | None, member: Member, name: str
    ) -> bool:
        if has_image_suffix(name):
            return True
        reason = no_image(name, _head_of(stream, compression, member))
        if reason:
            self._left_out.add(member.name, reason)
        return reason == ""

    def _inner_archive(
        self, stream: IO[bytes], member: Member, folder: str, name: str, within: str | None
    ) -> ArchivedFolder | None:
        wnid = class_of(name)
        if wnid is None:
            self._left_out.add(member.name, "the tar's name is no wnid")
            return None
        if within is not None:
            self._left_out.add(member.name, f"is packed twice; unpack {self._file.name} first")
            return None
        known = self._true_compression(member.name, name, stream, member.offset)
        if known is None:
            return None
        (compression,) = known
        path, split = self._class_path(folder, wnid)
        return ArchivedFolder(path, split, wnid, member.offset, member.size, compression)

    def _in_class_folder(
        self, member: Member, folder: str, name: str, compression: str | None
    ) -> ArchivedImage | None:
        below = f"/{IMAGES}" if f"/{folder}".endswith(f"/{IMAGES}") else ""
        above, _, wnid = f"/{folder}".removesuffix(below).rpartition("/")
        if not _WNID.fullmatch(wnid):
            self._unlabelled += 1
            return None
        path, split = self._class_path(above, wnid)
        found = ArchivedFolder(f"{path}{below}", split, wnid, None, None, compression)
        return ArchivedImage(found, name, member.offset, member.size, folder)

    def _class_path(self, above: str, wnid: str) -> tuple[str, str | None]:
        """Return the path of a class folder as if it were unpacked, and its split."""
        last = above.rpartition("/")[2]
        split = last if last in self._splits else self._split
        if split is None:
            self._above.add(above.strip("/"))
        return (wnid, None) if split is None else (f"{split}/{wnid}", split)


def _window(stream: BinaryIO, start: int, size: int, compression: str | None) -> IO[bytes]:
    """Return a part of a stream; a zip is read by its list, which may be as large as it is."""
    if compression == "zip":
        return cast(IO[bytes], Window(stream, start, size, most=size))
    return cast(IO[bytes], Window(stream, start, size))


def _head_of(stream: IO[bytes], compression: str | None, member: Member) -> Callable[[], bytes]:
    """Return what reads the first bytes of a member; nothing in a zip, where it is packed."""

    def head() -> bytes:
        """Return them."""
        if compression == "zip":
            return b""
        stream.seek(member.offset)
        return stream.read(min(HEAD, member.size))

    return head
