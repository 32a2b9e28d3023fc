"""WebDataset: shards, tars of samples, each an image with its label; they are never unpacked."""

import shlex
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ovmr_index.errors import Issue
from ovmr_index.formats.base import Format, KnownArchives, NoArchives
from ovmr_index.formats.image_labels import Label, label_folder, split_of
from ovmr_index.formats.tree_records import (
    ArchiveBatch,
    ArchivedFolder,
    ArchivedImage,
    ArchiveRecord,
    FolderRecord,
)
from ovmr_index.formats.webdataset_samples import ShardSamples
from ovmr_index.storage.compression import TAR, UNPACK, compression_of, is_archive_name
from ovmr_index.storage.links import why_no_file
from ovmr_index.storage.listing import Entry, is_file, is_folder, listed, settled_times, shown

_BATCH = 4_096


class WebDatasetReader:
    """A folder of shards, or of folders of them: `train/000.tar`, `train-000.tar`.

    An image is as if it were in a folder of its label, in one of its shard: what `mug` labels in
    `000.tar` is in `000/mug`.
    """

    layout = "shards"

    def __init__(self, root: Path) -> None:
        """List nothing yet."""
        self.root = root
        self.problems: list[Issue] = []
        self.notes: list[str] = []
        self.known: KnownArchives = NoArchives()
        self.beside: list[ArchiveRecord] = []

    def folders(self) -> Iterator[FolderRecord]:
        """Yield nothing: all images are in shards. Raises RecordError as `archives` does."""
        listed(self.root, "")
        yield from ()

    def names(self, _: FolderRecord) -> list[str]:
        """Return nothing: there are no folders."""
        return []

    def archives(self) -> Iterator[ArchiveRecord]:
        """Yield the shards, ordered by path; those that are not read are put into `problems`.

        Raises RecordError for a folder that cannot be listed.
        """
        is_empty = True
        for path, entry in self._entries():
            reason = self._why_unread(path, entry)
            if reason is not None:
                self._leave_out(path, reason)
            elif entry.name.lower().endswith(TAR):
                is_empty = False
                file = self.root / path
                yield ArchiveRecord(path, file.stat().st_size, *settled_times(file), None)
        if is_empty and not self.problems:
            self._leave_out("", "holds no shard, as 000000.tar")

    def images(self, archive: ArchiveRecord) -> Iterator[ArchiveBatch]:
        """Yield the images of a shard; whatever else it holds is put into `problems`.

        Raises RecordError for a shard that is cut short or damaged.
        """
        samples = iter(ShardSamples(self.root / archive.path, self.problems))
        split = split_of(archive.path)
        while batch := list(islice(samples, _BATCH)):
            images = []
            for path, offset, size, label, _ in batch:
                folder = label_folder(archive.path, label)
                found = ArchivedFolder(folder, split, folder.rpartition("/")[2], None, None, None)
                images.append(ArchivedImage(found, path, offset, size, path.rpartition("/")[0]))
            yield ArchiveBatch(batch[-1].done, [], images)

    def labels(self, archive: ArchiveRecord) -> Iterator[Label]:
        """Yield the label of each image of a shard; raises RecordError as `images` does."""
        for sample in ShardSamples(self.root / archive.path, []):
            yield sample.label

    def _entries(self) -> Iterator[tuple[str, Entry]]:
        """Yield what is in the folder, and in the folders in it, with paths."""
        for entry in listed(self.root, ""):
            if is_folder(entry):
                inner = listed(self.root, entry.name)
                yield from ((f"{entry.name}/{one.name}", one) for one in inner)
            else:
                yield entry.name, entry

    def _why_unread(self, path: str, entry: Entry) -> str | None:
        """Return why what may be meant as a shard is not read, None for shards and other files."""
        if not is_archive_name(entry.name):
            return None
        if not is_file(entry):
            return why_no_file(entry)
        compression = compression_of(entry.name)
        if compression is None:
            return None
        if compression not in UNPACK:
            return "is no tar; give shards as plain tars"
        unpack = f"{UNPACK[compression]} {shlex.quote(str(self.root / path))}"
        return f"is packed by {compression}, so that no image can be read from it; run `{unpack}`"

    def _leave_out(self, path: str, reason: str) -> None:
        self.problems.append(Issue(file=str(self.root), record=shown(path), reason=reason))


FORMAT = Format(
    "webdataset",
    tree_reader=lambda root, _: WebDatasetReader(root),
    counted="files",
    record_kind="image",
    is_vocabulary=True,
)
