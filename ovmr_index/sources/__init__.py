"""Files to records; one format, one file. No database."""

from collections.abc import Callable
from pathlib import Path

from ovmr_index.records import AnnotationReader, PictureTreeReader
from ovmr_index.sources.imagenet import ImageNetReader
from ovmr_index.sources.lvis import LvisReader, lvis_files
from ovmr_index.sources.visual_genome import VisualGenomeReader, visual_genome_files

ANNOTATION_READERS: dict[str, Callable[[Path], AnnotationReader]] = {
    "lvis": LvisReader,
    "visual-genome": VisualGenomeReader,
}
ANNOTATION_FILES: dict[str, Callable[[Path], tuple[Path, ...]]] = {
    "lvis": lvis_files,
    "visual-genome": visual_genome_files,
}
PICTURE_TREE_READERS: dict[str, Callable[[Path], PictureTreeReader]] = {
    "imagenet": ImageNetReader,
}
