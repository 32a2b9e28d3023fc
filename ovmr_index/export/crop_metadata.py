"""`metadata.jsonl`: what is known of each crop of a folder, which loaders of images read."""

import os
from collections.abc import Sequence
from pathlib import Path

from ovmr_index.db.session import Session
from ovmr_index.export.crop_layouts import METADATA, Crop
from ovmr_index.export.crop_records import class_records, crop_records
from ovmr_index.storage.atomic import whole_file


def write_metadata(session: Session, crops: Sequence[Crop], folder: Path, vocabulary: str) -> None:
    """Write a line for each file of the crops that is in `folder`, in their order.

    The lines are those of `CropRecord`; a crop that could not be written has none. Without any
    there is no file.

    Args:
        session: The index.
        crops: What was written to the folder, as a layout plans it.
        folder: That of the crops.
        vocabulary: The vocabulary that their categories are of.

    Raises:
        OvmrIndexError: The file cannot be written.
    """
    there = [
        crop._replace(targets=tuple(path for path in crop.targets if _is_there(f"{folder}/{path}")))
        for crop in crops
    ]
    there = [crop for crop in there if crop.targets]
    if not there:
        (folder / METADATA).unlink(missing_ok=True)
        return
    with session.read() as connection, whole_file(folder / METADATA) as file:
        records = crop_records(connection, class_records(connection, vocabulary), there)
        for crop, record in zip(there, records, strict=True):
            for path in crop.targets:
                file.write(record._replace(file_name=path).as_line())


def _is_there(path: str) -> bool:
    try:
        return os.path.exists(path)  # noqa: PTH110
    except ValueError:  # a name with a NUL character, which no file has
        return False
