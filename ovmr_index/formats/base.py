"""What a format is: one description beside its reader, and the protocols that readers keep.

The readers of plug-ins keep them too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from ovmr_index.errors import Issue
from ovmr_index.formats.image_labels import Label
from ovmr_index.formats.records import (
    CategoryRecord,
    ImageRecord,
    RecordKeys,
    RegionColumns,
    RegionRecord,
)
from ovmr_index.formats.shares import Share
from ovmr_index.formats.terms import Terms
from ovmr_index.formats.tree_records import ArchiveBatch, ArchiveRecord, FolderRecord

RecordKind = Literal["annotation", "image", "object"]


class AnnotationReader(Protocol):
    """An open annotation source: files that name categories, images and regions.

    `done` of `total` `unit`s show how far `regions` has come; `region_name` is what the format
    calls a region. `problems` are the records that were left out while the rest went on.
    """

    files: tuple[Path, ...]
    problems: list[Issue]
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
        """Yield the images in the file's order."""
        ...

    def regions(self) -> Iterator[RegionRecord]:
        """Yield the regions in the file's order."""
        ...


@runtime_checkable
class BlockReader(AnnotationReader, Protocol):
    """An annotation source that knows which parts of it have changed without decoding them.

    `parts` of its units are a block.
    """

    parts: int

    def images_fingerprint(self) -> str:
        """Return what differs wherever images or categories differ."""
        ...

    def block_fingerprint(self, start: int) -> str:
        """Return what differs wherever the block from the unit `start` on does."""
        ...

    def block(self, start: int) -> RegionColumns:
        """Return the regions of the block from the unit `start` on, in the file's order."""
        ...


@runtime_checkable
class LinkReader(Protocol):
    """A tree whose images may be links; those that lead out of it are left out by default."""

    def follow_links(self) -> None:
        """Take links that lead out of the tree as well."""
        ...


@runtime_checkable
class SharedReader(Protocol):
    """A tree that several processes can read, each a share of its classes."""

    def take_share(self, share: Share) -> None:
        """Read a share of the classes alone; raises UsageError for a tree that has no shares."""
        ...


@runtime_checkable
class SkippingReader(AnnotationReader, Protocol):
    """An annotation source that can leave out records that cannot be read.

    With `skips` each becomes one of the `problems`; without it the first is an error.
    """

    skips: bool


@runtime_checkable
class LeavingOutReader(SkippingReader, Protocol):
    """An annotation source that knows the keys of the images and categories that it left out."""

    left_out: RecordKeys


class ImageTreeReader(Protocol):
    """A folder a class: images that are labelled by the folder that they are in."""

    problems: list[Issue]

    def folders(self) -> Iterator[FolderRecord]:
        """Yield the class folders, ordered by path."""
        ...

    def names(self, folder: FolderRecord) -> list[str]:
        """List the image files of a folder, sorted code point by code point."""
        ...


class KnownArchives(Protocol):
    """What was found in the tars of a tree before, where they have not changed."""

    def names(self, archive: ArchiveRecord) -> set[str] | None:
        """Return the paths of the images in a tar that was read, below its class's folder.

        None for any other tar.
        """
        ...

    def beside_folder(self, archive: ArchiveRecord) -> list[Issue] | None:
        """Return what was said of a tar whose folder was read and is as it was; None for others."""
        ...


class NoArchives:
    """Knows no tar."""

    def names(self, _: ArchiveRecord) -> None:
        """Return None: it has to be read."""

    def beside_folder(self, _: ArchiveRecord) -> None:
        """Return None: it has to be compared."""


@runtime_checkable
class ArchiveTreeReader(ImageTreeReader, Protocol):
    """A tree some of whose class folders may be in tars; `layout` is what it was found to be.

    `notes` are what is good to know of the tars that were read. `known` tells of tars that need not
    be read again to compare them with the folder beside them; `beside` are those whose folder is
    read.
    """

    root: Path
    layout: str
    notes: list[str]
    known: KnownArchives
    beside: list[ArchiveRecord]

    def archives(self) -> Iterator[ArchiveRecord]:
        """Yield the tars, ordered by path."""
        ...

    def images(self, archive: ArchiveRecord) -> Iterator[ArchiveBatch]:
        """Yield the images of a tar in its order; raises RecordError for one cut short."""
        ...


@runtime_checkable
class ShardReader(ArchiveTreeReader, Protocol):
    """A tree of shards: every image is in one, and has a label there."""

    def labels(self, archive: ArchiveRecord) -> Iterator[Label]:
        """Yield the label of each image of a shard; raises RecordError as `images` does."""
        ...


def _itself(path: Path) -> tuple[Path, ...]:
    return (path,)


@dataclass(frozen=True, eq=False)
class Format:
    """A format: its reader, and what the rest of the program asks of it.

    It has one reader: of annotation files, or of a tree of class folders. What is not given is
    what holds for a plug-in that is a reader and nothing more.

    Attributes:
        name: What `ingest --json` and the index call it; that of a plug-in is its entry point's.
        reader: Opens the annotation files at a path.
        tree_reader: Opens the tree at a path, in a layout or (None) in the one that is found.
        files: Returns the annotation files that are read for a path. None are for a folder all of
            whose files are `parts`.
        parts: Returns further files of a path and a split that hold records; each may come and go.
            None for a format that has no such files.
        image_folders: Returns the folders in which images are looked for, as paths below the root
            of the images, for a path, that root and a split. Where what is in them decides what is
            read, a source is read again once one of them has changed. None where it does not.
        reads_splits: What a command of `ingest` is given that reads all splits of a dataset: the
            "file" that its sources share, or the "folder" of its images. None for a command that
            is given the file of a source.
        counted: What the counts of `ingest` are counts of.
        record_kind: The shape of a record in exemplar files: an annotation as LVIS's, a whole
            image, or an object as Visual Genome's.
        floors_boxes: Whether crops round a box outwards to whole pixels first: x and y down, width
            and height down and 1 more. Otherwise a box is cropped as it is.
        has_crowds: Whether boxes may be those of crowds, which pools leave out. The published
            recipe takes every annotation of LVIS.
        has_coco_ids: Whether the ids of its images are those of COCO's images.
        has_path_options: Whether the options `--strip` and `--below` of `ingest` say where its
            images are.
        has_frequencies: Whether its categories are frequent, common and rare ones, and a file that
            lacks the regions of one of these three is derived from another.
        is_federated: Whether an image says nothing of a category that it is not labelled with:
            detections of it are neither right nor wrong there.
        is_vocabulary: Whether the class folders of a tree are the categories of a vocabulary.
        release_of: Names the release of ImageNet that a tree is, by the paths of its class
            folders, which are wnids; None for what is no ImageNet.
        exemplar_suffix: What the names of the images end in that pools take; upper and lower case
            differ. "" for all images.
        terms: By what terms what is in it may be used; None where that is up to the source.
        downloads: What its files and folders of images come in, by their names.
    """

    name: str
    reader: Callable[[Path], AnnotationReader] | None = None
    tree_reader: Callable[[Path, str | None], ImageTreeReader] | None = None
    files: Callable[[Path], tuple[Path, ...]] = _itself
    parts: Callable[[Path, str | None], tuple[Path, ...]] | None = None
    image_folders: Callable[[Path, Path, str | None], tuple[str, ...]] | None = None
    reads_splits: Literal["file", "folder"] | None = None
    counted: str = "regions"
    record_kind: RecordKind = "annotation"
    floors_boxes: bool = False
    has_crowds: bool = True
    has_coco_ids: bool = False
    has_path_options: bool = False
    has_frequencies: bool = False
    is_federated: bool = False
    is_vocabulary: bool = False
    release_of: Callable[[Iterable[str]], str] | None = None
    exemplar_suffix: str = ""
    terms: Terms | None = None
    downloads: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_tree(self) -> bool:
        """Whether it is a tree of class folders, whose images are labelled as a whole."""
        return self.tree_reader is not None

    def open(self, path: Path) -> AnnotationReader:
        """Open annotation files; raises RecordError for what is not in this format."""
        assert self.reader is not None
        return self.reader(path)

    def open_tree(
        self, path: Path, layout: str | None = None, *, follow_links: bool = False
    ) -> ImageTreeReader:
        """Open a tree of class folders, in a layout if one is given.

        With `follow_links` images may be links that lead out of the tree.
        """
        assert self.tree_reader is not None
        reader = self.tree_reader(path, layout)
        if follow_links and isinstance(reader, LinkReader):
            reader.follow_links()
        return reader
