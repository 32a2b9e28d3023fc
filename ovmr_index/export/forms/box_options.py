"""Which boxes a form of a detection dataset is made of."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ovmr_index.vocabularies.names import LVIS_TRAIN, LVIS_VAL
from ovmr_index.vocabularies.partition_filter import PartitionFilter

MINIVAL = "minival"  # LVIS val's images that are in COCO's val2017

CategoryMap = str | Path


@dataclass(frozen=True, slots=True)
class BoxOptions:
    """The boxes of a source, with the categories that they are given.

    Attributes:
        source: Whose boxes. By default those that the vocabulary came with, else LVIS train's.
        vocabulary: Whose categories: a box has the one with its synset. By default those of the
            source.
        partition_filter: Which of these categories; None for all. With a map alone, which of the
            source's categories are mapped.
        category_map: What the source's categories become: `coco80` or another table that ships with
            ovmr-index, by their synsets; or a file (see `read_category_map`) of names, ids or
            synsets, which become names of its own, or categories of `vocabulary`.
        images: Which images: ids or names, a file of them, or `minival`. All by default.
        renumber: Whether ids count from 1 without gaps, instead of being the source's own.
    """

    source: str | None = None
    vocabulary: str | None = None
    partition_filter: PartitionFilter | None = None
    category_map: CategoryMap | None = None
    images: Path | str | Collection[int | str] | None = None
    renumber: bool = False


def lvis_boxes(split: str) -> BoxOptions:
    """Return the boxes of LVIS's train or val."""
    return BoxOptions(source=LVIS_TRAIN if split == "train" else LVIS_VAL)
