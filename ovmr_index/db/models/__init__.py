"""Every table of the index, a file for those that are filled together.

A table is named after one of its rows: `Image` is the table `images`, and `Image.c.pk` its column.

Integer primary keys serve joins and never leave the index. `key` is the id that a source itself
gives to a record; `position` counts from 0 in the order of the source's file. Text is compared
code point by code point.
"""

from ovmr_index.db.models.base import DOUBLE, METADATA, WHOLE, AnyNumber, Columns
from ovmr_index.db.models.images import (
    Archive,
    Folder,
    FolderArchive,
    Image,
    ImageCategory,
    ImageHash,
    ImageRecord,
    KeptMeasurement,
    MeasuredFile,
    TarEntry,
    UnreadableImage,
)
from ovmr_index.db.models.marks import ExemplarMark, MarkChange, MarkStep
from ovmr_index.db.models.pools import Collation, PoolEntry, Substitute
from ovmr_index.db.models.regions import (
    Region,
    RegionFields,
    RegionRecord,
    RegionSynset,
)
from ovmr_index.db.models.samples import Sample, SampleCategory, SamplePick
from ovmr_index.db.models.sources import (
    Dataset,
    Hypernym,
    IngestError,
    IngestRun,
    Source,
    SourceBlock,
    SourceFile,
    Synset,
)
from ovmr_index.db.models.vocabularies import Category, Partition, PartitionCategory, Vocabulary
from ovmr_index.db.models.work import WorkUnit

__all__ = [
    "DOUBLE",
    "METADATA",
    "WHOLE",
    "AnyNumber",
    "Archive",
    "Category",
    "Collation",
    "Columns",
    "Dataset",
    "ExemplarMark",
    "Folder",
    "FolderArchive",
    "Hypernym",
    "Image",
    "ImageCategory",
    "ImageHash",
    "ImageRecord",
    "IngestError",
    "IngestRun",
    "KeptMeasurement",
    "MarkChange",
    "MarkStep",
    "MeasuredFile",
    "Partition",
    "PartitionCategory",
    "PoolEntry",
    "Region",
    "RegionFields",
    "RegionRecord",
    "RegionSynset",
    "Sample",
    "SampleCategory",
    "SamplePick",
    "Source",
    "SourceBlock",
    "SourceFile",
    "Substitute",
    "Synset",
    "TarEntry",
    "UnreadableImage",
    "Vocabulary",
    "WorkUnit",
]
