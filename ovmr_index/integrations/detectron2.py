"""Datasets of detectron2 (https://github.com/facebookresearch/detectron2): dicts, and `register`.

The dicts are those of its `load_lvis_json`. As in Detic, categories are places from 0 throughout,
also those of `neg_category_ids`, and `pos_category_ids` are there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError
from ovmr_index.export.forms.annotated_images import AnnotatedBox, AnnotatedImage, annotated_images
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import BoxSelection, select_boxes
from ovmr_index.integrations.image_files import image_file, image_size
from ovmr_index.integrations.image_queries import (
    annotation_files,
    ids_of_categories,
    image_counts,
)
from ovmr_index.integrations.masks import polygons
from ovmr_index.integrations.packages import installed_by
from ovmr_index.vocabularies.names import LVIS_VOCABULARIES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ovmr_index.index.index import Index

XYWH_ABS = 1  # of detectron2's BoxMode
_INSTALL = "install it as https://detectron2.readthedocs.io/tutorials/install.html says"


def dataset_dicts(
    index: Index, options: BoxOptions | None = None, *, box_mode: int = XYWH_ABS
) -> list[dict[str, Any]]:
    """Return a dict for each image, as detectron2's `DatasetCatalog` gives them.

    `file_name` (an absolute path), `height`, `width`, `image_id`, `pos_category_ids`,
    `neg_category_ids`, `not_exhaustive_category_ids`, and `annotations`, each with `bbox` (xywh in
    pixels), `bbox_mode`, `category_id` (the place of its category, from 0), `iscrowd`, and
    `segmentation` (polygons, or run lengths) if the box has a mask.

    Args:
        index: The index.
        options: Which boxes; those of LVIS train if None.
        box_mode: What stands for xywh in pixels: detectron2's `BoxMode.XYWH_ABS`.

    Raises:
        MissingSourceError: The index does not hold the source, or it has no boxes.
        UsageError: There is no such source, vocabulary, partition, map or image.
        OvmrIndexError: An image is in a tar, or its size is not known.
    """
    session = Session(index.root, index.location)
    with session.read() as connection:
        selection = select_boxes(session, connection, options or BoxOptions())
        labels = _Labels(connection, selection)
        found = annotated_images(connection, selection)
        return [_dict(image, labels, box_mode) for image in found]


def register(index: Index, name: str, options: BoxOptions | None = None) -> None:
    """Register boxes as a dataset of detectron2, which reads them when it first needs them.

    Its metadata: `thing_classes` (names), `thing_dataset_id_to_contiguous_id`,
    `class_image_count` (for the federated loss, which sorts it by `id`: the place of a category
    from 1, as in LVIS, and its `image_count`), `image_root`, and `evaluator_type`. Of a whole file
    of LVIS that is `lvis`, with its `json_file`; else it is `coco`, whose evaluator makes the file
    that it compares with from the dicts.

    Args:
        index: The index.
        name: What to call the dataset.
        options: Which boxes; those of LVIS train if None.

    Raises:
        MissingSourceError: The index does not hold the source, or it has no boxes.
        UsageError: There is a dataset of that name, or no such source, vocabulary, partition, map
            or image.
        OvmrIndexError: detectron2 cannot be imported.
    """
    with installed_by("detectron2", _INSTALL):
        from detectron2.data import DatasetCatalog, MetadataCatalog
        from detectron2.structures import BoxMode
    options = options or BoxOptions()
    if name in DatasetCatalog.list():
        raise UsageError(f"detectron2 has a dataset {name!r} already; give another name")
    metadata = _metadata(index, options)
    read = partial(dataset_dicts, index, options, box_mode=BoxMode.XYWH_ABS)
    DatasetCatalog.register(name, read)
    MetadataCatalog.get(name).set(**metadata)


class _Labels:
    """What a source says of an image as a whole: its categories' ids as places."""

    def __init__(self, connection: Connection, selection: BoxSelection) -> None:
        self._places: dict[int, int] = {}
        self._ids: dict[int, set[int]] = {}
        if selection.by_synset:
            return
        for key, pk in connection.execute(ids_of_categories(list(selection.places))):
            self._places[key] = place = selection.places[pk]
            self._ids.setdefault(place, set()).add(key)

    def some_of(self, ids: list[int]) -> list[int]:
        """Return the places of categories."""
        return sorted({self._places[one] for one in ids if one in self._places})

    def all_of(self, ids: list[int]) -> list[int]:
        """Return the places whose categories are all given, where several have become one."""
        given = set(ids)
        return [place for place in self.some_of(ids) if self._ids[place] <= given]


def _dict(image: AnnotatedImage, labels: _Labels, box_mode: int) -> dict[str, Any]:
    width, height = image_size(image)
    fields = image.fields
    return {
        "file_name": image_file(image, "detectron2"),
        "height": height,
        "width": width,
        "image_id": image.id,
        "pos_category_ids": sorted({box.place for box in image.boxes}),
        "neg_category_ids": labels.all_of(fields.get("neg_category_ids") or []),
        "not_exhaustive_category_ids": labels.some_of(
            fields.get("not_exhaustive_category_ids") or []
        ),
        "annotations": [_annotation(box, box_mode) for box in image.boxes],
    }


def _annotation(box: AnnotatedBox, box_mode: int) -> dict[str, Any]:
    found = {
        "bbox": [box.x, box.y, box.w, box.h],
        "bbox_mode": box_mode,
        "category_id": box.place,
        "iscrowd": int(box.is_crowd),
    }
    mask = box.segmentation()
    shapes = mask if isinstance(mask, dict) else polygons(mask)
    return found | {"segmentation": shapes} if shapes else found


def _metadata(index: Index, options: BoxOptions) -> dict[str, Any]:
    session = Session(index.root, index.location)
    with session.read() as connection:
        selection = select_boxes(session, connection, options)
        counts: dict[int, int] = dict(connection.execute(image_counts(selection)).all())
        files = list(connection.execute(annotation_files(selection.source_pk)).scalars())
    ids = [category.id for category in selection.categories]
    is_whole = options == BoxOptions(source=options.source)
    is_lvis = is_whole and selection.source in LVIS_VOCABULARIES and files[0].endswith(".json")
    found = {
        "thing_classes": [category.name for category in selection.categories],
        "thing_dataset_id_to_contiguous_id": {key: place for place, key in enumerate(ids)},
        "class_image_count": [
            {"id": place, "image_count": counts.get(place - 1, 0)}
            for place in range(1, len(ids) + 1)
        ],
        "image_root": str(selection.root),
    }
    if not is_lvis:
        return found | {"evaluator_type": "coco"}
    return found | {"evaluator_type": "lvis", "json_file": str(index.root / files[0])}
