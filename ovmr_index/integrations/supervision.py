"""A dataset of Roboflow's package supervision: paths of images, and their boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ovmr_index.db.session import Session
from ovmr_index.export.forms.annotated_images import AnnotatedImage, annotated_images
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import select_boxes
from ovmr_index.integrations.image_files import image_file, image_size
from ovmr_index.integrations.masks import decoded_masks
from ovmr_index.integrations.packages import extra

if TYPE_CHECKING:
    import supervision

    from ovmr_index.index.index import Index


def detection_dataset(
    index: Index, options: BoxOptions | None = None, *, masks: bool = False
) -> supervision.DetectionDataset:
    """Return the images of a source with their boxes; supervision reads an image when it needs it.

    The `class_id` of a box is the place of its category in `classes`, from 0. Its `data` have the
    `id` and `iscrowd` of each box. All boxes are in memory; with `masks` so are these, of which
    each is as large as its image. A box without a mask has its rectangle.

    Args:
        index: The index.
        options: Which boxes; those of LVIS train if None.
        masks: Whether boxes have masks.

    Raises:
        MissingSourceError: The index does not hold the source, or it has no boxes.
        UsageError: There is no such source, vocabulary, partition, map or image.
        OvmrIndexError: The package cannot be imported, the file of images or of the map cannot be
            read, or an image is in a tar.
    """
    with extra("supervision"):
        from supervision import DetectionDataset
    session = Session(index.root, index.location)
    found: dict[str, supervision.Detections] = {}
    with session.read() as connection:
        selection = select_boxes(session, connection, options or BoxOptions())
        for image in annotated_images(connection, selection, records=masks):
            found[image_file(image, "supervision")] = _detections(image, masks=masks)
    classes = [category.name for category in selection.categories]
    return DetectionDataset(classes=classes, images=list(found), annotations=found)


def _detections(image: AnnotatedImage, *, masks: bool) -> supervision.Detections:
    import numpy as np
    from supervision import Detections

    boxes = image.boxes
    if not boxes:
        return Detections.empty()
    corners = [(box.x, box.y, box.x + box.w, box.y + box.h) for box in boxes]
    return Detections(
        xyxy=np.array(corners, np.float32),
        class_id=np.array([box.place for box in boxes], int),
        mask=decoded_masks(image, image_size(image)) if masks else None,
        data={
            "id": np.array([box.id for box in boxes], np.int64),
            "iscrowd": np.array([box.is_crowd for box in boxes], bool),
        },
    )
