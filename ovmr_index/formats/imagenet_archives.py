"""The archives of a tree of ImageNet as records."""

from pathlib import Path

from ovmr_index.formats.tree_records import ArchivedFolder, ArchiveRecord
from ovmr_index.storage.compression import compression_of
from ovmr_index.storage.listing import Entry, settled_times


def class_archive(file: Entry, split: str | None, wnid: str) -> ArchiveRecord:
    """Return the archive that stands for the folder of a class."""
    compression = compression_of(file.name)
    folder = ArchivedFolder(f"{prefix_of(split)}{wnid}", split, wnid, None, None, compression)
    return archive_at(file, f"{prefix_of(split)}{file.name}", folder)


def archive_at(file: Entry | Path, path: str, folder: ArchivedFolder | None) -> ArchiveRecord:
    """Return an archive as it is now, by its path below the tree.

    Without a folder it holds several classes.
    """
    return ArchiveRecord(path, file.stat().st_size, *settled_times(file), folder)


def prefix_of(split: str | None) -> str:
    """Return what the paths of the classes of a split begin with."""
    return "" if split is None else f"{split}/"
