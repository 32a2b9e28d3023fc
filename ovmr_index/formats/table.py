"""Files to records; one format, one file. No database."""

from collections.abc import Callable
from pathlib import Path

from ovmr_index import plugins
from ovmr_index.formats.base import AnnotationReader, ImageTreeReader
from ovmr_index.formats.coco import CocoReader, coco_files
from ovmr_index.formats.folder import FolderReader
from ovmr_index.formats.imagenet import ImageNetReader
from ovmr_index.formats.lvis import LvisReader, lvis_files
from ovmr_index.formats.visual_genome import VisualGenomeReader, visual_genome_files

ANNOTATION_READERS: dict[str, Callable[[Path], AnnotationReader]] = {
    "lvis": LvisReader,
    "coco": CocoReader,
    "visual-genome": VisualGenomeReader,
}
ANNOTATION_FILES: dict[str, Callable[[Path], tuple[Path, ...]]] = {
    "lvis": lvis_files,
    "coco": coco_files,
    "visual-genome": visual_genome_files,
}
IMAGE_TREE_READERS: dict[str, Callable[[Path], ImageTreeReader]] = {
    "imagenet": ImageNetReader,
    "folder": FolderReader,
}


def is_annotated(format_name: str) -> bool:
    """Tell whether a format is one of annotation files: all are but trees of pictures."""
    return format_name not in IMAGE_TREE_READERS


def annotation_reader(format_name: str) -> Callable[[Path], AnnotationReader]:
    """Return what opens a file of a format; raises UsageError for one that no plug-in has."""
    if format_name in ANNOTATION_READERS:
        return ANNOTATION_READERS[format_name]
    reader: Callable[[Path], AnnotationReader] = plugins.load(plugins.SOURCES, format_name)
    return reader


def annotation_files(format_name: str, path: Path) -> tuple[Path, ...]:
    """Return the files that are read for a source; of a plug-in's the one that is given."""
    files = ANNOTATION_FILES.get(format_name)
    return (path,) if files is None else files(path)
