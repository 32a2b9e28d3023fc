"""`lvis_exemplar_info.json`: the val crops of layout `ovmr`, in the shape of imagenet-lvis."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.session import Session
from ovmr_index.db.stored_json import decoded_object
from ovmr_index.errors import OvmrIndexError
from ovmr_index.export.crop_layouts import Crop
from ovmr_index.images.sizes import Unreadable, sizes
from ovmr_index.storage.atomic import whole_file
from ovmr_index.vocabularies.category_queries import category_records
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary

CROP_INFO = "annotations/lvis_exemplar_info.json"


def write_crop_info(session: Session, crops: Sequence[Crop], folder: Path, vocabulary: str) -> None:
    """Write the JSON of the crops below `folder`, for the categories of a vocabulary.

    Raises:
        UsageError: There is no such vocabulary.
        OvmrIndexError: A crop cannot be read, or the file cannot be written.
    """
    with session.read() as connection:
        rows = stream_rows(connection, category_records(find_vocabulary(connection, vocabulary)))
        categories = [decoded_object(record, "categories.record", pk) for pk, record in rows]
    with whole_file(folder / CROP_INFO) as file:
        file.write(json.dumps(exemplar_info(crops, folder, categories)).encode())


def exemplar_info(
    crops: Sequence[Crop], folder: Path, categories: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the LVIS-style JSON of the crops of layout `ovmr` that are in `<folder>/val`.

    The images of each category in turn, by name, code point by code point; `file_name` is below
    `val`. A crop that was not written is left out.
    """
    names: dict[int, list[str]] = {}
    for crop in crops:
        for path in crop.targets:
            if path.startswith("val/") and _is_there(folder / path):
                names.setdefault(crop.category_id, []).append(path.removeprefix("val/"))
    listed = [
        {**category, "image_count": len(names.get(category["id"], ()))} for category in categories
    ]
    images = [
        {"file_name": name, "pos_category_ids": [category["id"]]}
        for category in listed
        for name in sorted(names.get(category["id"], ()))
    ]
    return {"categories": listed, "images": _with_sizes(images, folder / "val"), "annotations": []}


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # the name is too long for a file
        return False


def _with_sizes(images: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Number the images from 1 and add width and height; raises OvmrIndexError."""
    numbered = []
    paths = [str(folder / image["file_name"]) for image in images]
    for image, path, found in zip(images, paths, sizes(enumerate(paths, 1)), strict=True):
        if isinstance(found, Unreadable):
            raise OvmrIndexError(f"{path}: {found.reason}; delete it and export the crops again")
        size = {"width": found.width, "height": found.height}
        numbered.append({"id": found.key, **image, **size})
    return numbered
