"""What an index lacks to make what a code base opens."""

from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError, command
from ovmr_index.export.training.opened import (
    AnnotationFile,
    CropFolder,
    ExportedFile,
    Kind,
    Opened,
    SampleFile,
    ZeroShotFile,
)
from ovmr_index.export.training.place import Place
from ovmr_index.export.training.zero_shot import find_coco, ingest_coco
from ovmr_index.ingest.stored_sources import find_lvis_source, has_imagenet

_NOT_HELD = {
    "lvis": ("LVIS", "ingest lvis"),
    "imagenet21k": ("ImageNet", "ingest imagenet"),
    "visual_genome": ("Visual Genome", "ingest visual-genome"),
}


def not_held(dataset: str) -> str:
    """Return that the index lacks a dataset, and what to type."""
    name, words = _NOT_HELD[dataset]
    return f"the index holds no {name}; run {command(words)} first"


def is_optional(connection: Connection, one: Opened) -> bool:
    """Return whether something is of a part of the code base whose dataset is not in the index."""
    return bool(one.part) and find_coco(connection, "train") is None


def what_lacks(place: Place, connection: Connection, kind: Kind) -> str | None:
    """Return what the index lacks to make a file, and what to type; None where nothing."""
    try:
        match kind:
            case AnnotationFile(split):
                place.lvis_file(connection, split)
            case ExportedFile("imagenet-lvis"):
                find_lvis_source(connection, "val", place.session.root)
                return None if has_imagenet(connection) else not_held("imagenet21k")
            case ExportedFile(_, split):
                find_lvis_source(connection, split, place.session.root)
            case SampleFile() | CropFolder(of_coco=False):
                find_lvis_source(connection, "train", place.session.root)
            case ZeroShotFile(split) if find_coco(connection, split) is None:
                return f"run `{ingest_coco(place.session.root, split)}`"
            case _:
                pass
    except OvmrIndexError as error:
        return str(error)
    return None
