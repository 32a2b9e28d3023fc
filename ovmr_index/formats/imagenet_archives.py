"""The archives of a tree of ImageNet as records."""

from pathlib import Path

from ovmr_index.formats.tree_records import ArchivedFolder, ArchiveRecord
from ovmr_index.storage.compression import compression_of
from ovmr_index.storage.listing import settled_times


def class_archive(root: Path, path: str, split: str | None, wnid: str) -> ArchiveRecord:
    """Return the archive at a path below `root` that stands for the folder of a class."""
    compression = compression_of(path)
    folder = ArchivedFolder(f"{prefix_of(split)}{wnid}", split, wnid, None, None, compression)
    return archive_at(root, path, folder)


def archive_at(root: Path, path: str, folder: ArchivedFolder | None) -> ArchiveRecord:
    """Return the archive at a path below `root`, as it is now.

    Without a folder it holds several classes.
    """
    file = root / path
    return ArchiveRecord(path, file.stat().st_size, *settled_times(file), folder)


def prefix_of(split: str | None) -> str:
    """Return what the paths of the classes of a split begin with."""
    return "" if split is None else f"{split}/"
