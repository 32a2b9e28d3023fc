"""Samples of FiftyOne: images with detections, as a dataset or as files that it imports.

Its datasets are in MongoDB. Where that does not run, `samples` are objects in memory all the same,
and `write` writes what FiftyOne imports elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.export.forms.annotated_images import AnnotatedBox, AnnotatedImage, annotated_images
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import select_boxes
from ovmr_index.export.forms.form_paths import form_folder, name_of_boxes
from ovmr_index.export.outputs import check_output, check_output_folder
from ovmr_index.export.target import WrittenFile
from ovmr_index.images.fit import Size
from ovmr_index.integrations.image_files import image_file, image_size
from ovmr_index.integrations.packages import extra
from ovmr_index.storage.atomic import whole_file
from ovmr_index.storage.symbolic_links import LinkFolder, make_folder

if TYPE_CHECKING:
    import fiftyone

    from ovmr_index.index.index import Index


def samples(index: Index, options: BoxOptions | None = None) -> Iterator[fiftyone.Sample]:
    """Yield a sample for each image, with its boxes as the detections `ground_truth`.

    A sample also has `image_id`; a detection has `label` (the name of its category), `bounding_box`
    (x, y, w, h as parts of the image's width and height), `region_id`, `area` (square pixels)
    and `iscrowd`.

    Args:
        index: The index.
        options: Which boxes; those of LVIS train if None.

    Raises:
        MissingSourceError: The index does not hold the source, or it has no boxes.
        UsageError: There is no such source, vocabulary, partition, map or image.
        OvmrIndexError: The package cannot be imported, the file of images or of the map cannot be
            read, or an image is in a tar.
    """
    with extra("fiftyone"):
        import fiftyone
    session = Session(index.root, index.location)
    with session.read() as connection:
        selection = select_boxes(session, connection, options or BoxOptions())
        for image in annotated_images(connection, selection, records=False):
            size = image_size(image)
            detections = [
                fiftyone.Detection(
                    label=selection.categories[box.place].name,
                    bounding_box=_parts(box, size),
                    **_attributes(box),
                )
                for box in image.boxes
            ]
            yield fiftyone.Sample(
                filepath=image_file(image, "FiftyOne"),
                image_id=image.id,
                ground_truth=fiftyone.Detections(detections=detections),
            )


def dataset(
    index: Index, options: BoxOptions | None = None, name: str | None = None
) -> fiftyone.Dataset:
    """Return a dataset of FiftyOne with the `samples`, which is in its database.

    Args:
        index: The index.
        options: Which boxes; those of LVIS train if None.
        name: What to call the dataset, which is kept then; without a name it goes with the process.

    Raises:
        UsageError: There is a dataset of that name.
        OvmrIndexError: As by `samples`, or FiftyOne has no database.
    """
    with extra("fiftyone"):
        import fiftyone
        from fiftyone.core.config import FiftyOneConfigError
    found = samples(index, options)
    first = next(found, None)  # to know what is wrong before there is a dataset
    try:
        made = fiftyone.Dataset(name, persistent=name is not None)
    except FiftyOneConfigError as error:
        reason = " ".join(str(error).split())
        raise OvmrIndexError(f"FiftyOne: {reason}; or write files for it by `write`") from None
    except ValueError as error:
        raise UsageError(f"FiftyOne: {error}; give another name") from None
    made.add_samples(chain(() if first is None else (first,), found))
    return made


def write(
    index: Index, options: BoxOptions | None = None, folder: Path | None = None
) -> WrittenFile:
    """Write a folder that FiftyOne imports as a `FiftyOneImageDetectionDataset`.

    `data` has a link to each image, by its id, `labels.json` the names of the categories and the
    boxes of each image. No image is copied, and the package is not needed. See
    https://docs.voxel51.com/user_guide/import_datasets.html#fiftyoneimagedetectiondataset

    Args:
        index: The index.
        options: Which boxes; those of LVIS train if None.
        folder: Where to write it; a folder below `exports/fiftyone` in the root if None.

    Raises:
        MissingSourceError: The index does not hold the source, or it has no boxes.
        UsageError: There is no such source, vocabulary, partition, map or image, or a file would
            replace an input.
        OvmrIndexError: The file of images or of the map cannot be read, an image is in a tar, what
            is no link is in the place of one, or the folder cannot be made.
    """
    options = options or BoxOptions()
    session = Session(index.root, index.location)
    folder = form_folder(session, folder, "fiftyone", name_of_boxes(options))
    labels, data = folder / "labels.json", folder / "data"
    check_output(session, labels)
    check_output_folder(session, data)
    with session.read() as connection:
        selection = select_boxes(session, connection, options)
        found = annotated_images(connection, selection, records=False)
        make_folder(data)
        with whole_file(labels) as file:
            classes = json.dumps([category.name for category in selection.categories])
            file.write(f'{{"classes": {classes}, "labels": {{'.encode())
            count = _write_images(found, LinkFolder(data, (session.root,)), file)
            file.write(b"}}")
    return WrittenFile(labels, count, notes=selection.notes)


def _write_images(images: Iterator[AnnotatedImage], links: LinkFolder, labels: BinaryIO) -> int:
    """Link each image, and write its boxes as a member of an object; return how many there are."""
    count = 0
    for count, image in enumerate(images, 1):
        size, file = image_size(image), image_file(image, "FiftyOne")
        if reason := links.put(f"{image.id}{PurePath(file).suffix}", links.text(Path(file))):
            raise OvmrIndexError(reason)
        boxes = [
            {
                "label": box.place,
                "bounding_box": _parts(box, size),
                "attributes": _attributes(box),
            }
            for box in image.boxes
        ]
        comma = ", " if count > 1 else ""
        labels.write(f'{comma}"{image.id}": {json.dumps(boxes)}'.encode())
    return count


def _parts(box: AnnotatedBox, size: Size) -> list[float]:
    """Return x, y, w, h as parts of the width and height of an image."""
    width, height = size
    return [box.x / width, box.y / height, box.w / width, box.h / height]


def _attributes(box: AnnotatedBox) -> dict[str, Any]:
    return {"region_id": box.id, "area": box.covered_area, "iscrowd": box.is_crowd}
