"""What ingest asks of a source: the protocols that its readers keep, those of plug-ins too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

from ovmr_index.formats.records import (
    ArchiveBatch,
    ArchiveRecord,
    CategoryRecord,
    FolderRecord,
    ImageRecord,
    ReadProblem,
    RegionColumns,
    RegionRecord,
)


class AnnotationReader(Protocol):
    """An open annotation source: JSON files that name categories, pictures and regions.

    `done` of `total` `unit`s tell how far `regions` has come; `region_name` is what the format
    calls a region.
    """

    files: tuple[Path, ...]
    problems: list[ReadProblem]
    region_name: str
    unit: str
    total: int
    done: int

    def header(self) -> str:
        """Return the JSON object of the file without its lists of records, in its order."""
        ...

    def region_count(self) -> int:
        """Return about how many regions `regions` will yield."""
        ...

    def categories(self) -> Iterator[CategoryRecord]:
        """Yield the categories in the file's order."""
        ...

    def images(self) -> Iterator[ImageRecord]:
        """Yield the pictures in the file's order."""
        ...

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the regions in the file's order."""
        ...


@runtime_checkable
class BlockReader(AnnotationReader, Protocol):
    """An annotation source that can tell which parts of it have changed without decoding them.

    `parts` of its units are a block.
    """

    parts: int

    def images_fingerprint(self) -> str:
        """Return what differs wherever pictures or categories differ."""
        ...

    def block_fingerprint(self, start: int) -> str:
        """Return what differs wherever the block from the unit `start` on does."""
        ...

    def block(self, start: int) -> RegionColumns:
        """Return the regions of the block from the unit `start` on, in the file's order."""
        ...


class ImageTreeReader(Protocol):
    """A folder a class: pictures that are labelled by where they lie."""

    problems: list[ReadProblem]

    def folders(self) -> Iterator[FolderRecord]:
        """Yield the class folders, ordered by path."""
        ...

    def names(self, folder: FolderRecord) -> list[str]:
        """List the picture files of a folder, sorted code point by code point."""
        ...


@runtime_checkable
class ArchiveTreeReader(ImageTreeReader, Protocol):
    """A tree some of whose class folders may lie in tars; `layout` is what it was found to be."""

    root: Path
    layout: str

    def archives(self) -> Iterator[ArchiveRecord]:
        """Yield the tars, ordered by path."""
        ...

    def pictures(self, archive: ArchiveRecord) -> Iterator[ArchiveBatch]:
        """Yield the pictures of a tar in its order; raises RecordError for one cut short."""
        ...
