"""Parquet files of labelled images, as `datasets` writes them; images stay in their files."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ovmr_index.errors import Issue
from ovmr_index.formats.base import Format, KnownArchives, NoArchives
from ovmr_index.formats.huggingface_rows import ParquetImages
from ovmr_index.formats.image_labels import Label, label_folder, split_of
from ovmr_index.formats.tree_records import (
    ArchiveBatch,
    ArchivedFolder,
    ArchivedImage,
    ArchiveRecord,
    FolderRecord,
)
from ovmr_index.storage.links import why_no_file
from ovmr_index.storage.listing import Entry, is_file, is_folder, listed, settled_times, shown
from ovmr_index.storage.parquet_files import is_parquet_name

_BATCH = 1_024
_NONE = "holds no Parquet file, as data/train-00000-of-00001.parquet, in it or one folder down"
_ARROW = "is an Arrow file, and is not read; write Parquet with `dataset.to_parquet`"


class HuggingFaceReader:
    """A folder of Parquet files, or of folders of them: `data/train-00000-of-00002.parquet`.

    An image is as if it were in a folder of its label, in one of its file: what `mug` labels in
    `data/train.parquet` is in `data/train/mug`.
    """

    layout = "Parquet files"

    def __init__(self, root: Path) -> None:
        """List nothing yet."""
        self.root = root
        self.problems: list[Issue] = []
        self.notes: list[str] = []
        self.known: KnownArchives = NoArchives()
        self.beside: list[ArchiveRecord] = []

    def folders(self) -> Iterator[FolderRecord]:
        """Yield nothing: all images are in files. Raises RecordError as `archives` does."""
        listed(self.root, "")
        yield from ()

    def names(self, _: FolderRecord) -> list[str]:
        """Return nothing: there are no folders."""
        return []

    def archives(self) -> Iterator[ArchiveRecord]:
        """Yield the files, ordered by path; those that are not read are put into `problems`.

        Raises RecordError for a folder that cannot be listed.
        """
        is_empty = True
        for path, entry in self._entries():
            if entry.name.lower().endswith(".arrow"):
                self._leave_out(path, _ARROW)
            elif is_parquet_name(entry.name) and not is_file(entry):
                self._leave_out(path, why_no_file(entry))
            elif is_parquet_name(entry.name):
                is_empty = False
                file = self.root / path
                yield ArchiveRecord(path, file.stat().st_size, *settled_times(file), None)
        if is_empty and not self.problems:
            self._leave_out("", _NONE)

    def images(self, archive: ArchiveRecord) -> Iterator[ArchiveBatch]:
        """Yield the images of a file; rows that are left out are put into `problems`.

        Raises:
            OvmrIndexError: pyarrow cannot be imported.
            RecordError: The file is damaged, or has other columns than are read.
        """
        found = iter(ParquetImages(self.root / archive.path, self.problems))
        split = split_of(archive.path)
        while batch := list(islice(found, _BATCH)):
            images = []
            for name, row, size, label, _ in batch:
                path = label_folder(archive.path, label)
                folder = ArchivedFolder(path, split, path.rpartition("/")[2], None, None, None)
                images.append(ArchivedImage(folder, name, row, size, ""))
            yield ArchiveBatch(batch[-1].done, [], images)

    def labels(self, archive: ArchiveRecord) -> Iterator[Label]:
        """Yield the label of each image of a file; raises as `images` does."""
        yield from ParquetImages(self.root / archive.path, []).labels()

    def _entries(self) -> Iterator[tuple[str, Entry]]:
        """Yield what is in the folder, and in the folders in it, with paths."""
        for entry in listed(self.root, ""):
            if is_folder(entry):
                inner = listed(self.root, entry.name)
                yield from ((f"{entry.name}/{one.name}", one) for one in inner)
            else:
                yield entry.name, entry

    def _leave_out(self, path: str, reason: str) -> None:
        self.problems.append(Issue(file=str(self.root), record=shown(path), reason=reason))


FORMAT = Format(
    "huggingface",
    tree_reader=lambda root, _: HuggingFaceReader(root),
    counted="files",
    record_kind="image",
    is_vocabulary=True,
)
