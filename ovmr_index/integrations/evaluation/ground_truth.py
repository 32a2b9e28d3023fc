"""What detections are compared with: the images, boxes and labels of a source, as arrays.

An image is known by its place among the ids in ascending order, a category by its place among those
of the source. A pair of both is one number: place of the image times categories, plus place of the
category. LVIS train, with 1.27 million boxes, takes about 90 MB.
"""

from array import array
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.session import Session
from ovmr_index.errors import UsageError
from ovmr_index.export.forms import box_selection_queries
from ovmr_index.export.forms.annotated_images import annotated_images
from ovmr_index.export.forms.box_options import BoxOptions
from ovmr_index.export.forms.box_selection import BoxSelection, select_boxes
from ovmr_index.formats.table import format_of
from ovmr_index.integrations.evaluation import ground_truth_queries as queries
from ovmr_index.integrations.evaluation.options import EvaluationOptions

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Boxes:
    """The boxes that are to be found, in the order of their source within an image.

    Attributes:
        ids: The source's own.
        images: The place of the image of each.
        categories: The place of the category of each.
        xywh: Pixels, from the upper left corner of the image.
        areas: Those of the masks in square pixels; those of the boxes where a source has none.
        crowds: Whether each is a box around many objects.
    """

    ids: Integers
    images: Integers
    categories: Integers
    xywh: Floats
    areas: Floats
    crowds: Integers

    def taken(self, which: npt.NDArray[np.bool_] | Integers) -> "Boxes":
        """Return some of the boxes, in this order where `which` are places."""
        return Boxes(*(column[which] for column in vars(self).values()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ids)


@dataclass(frozen=True)
class GroundTruth:
    """What is known of the images that detections are evaluated on.

    Attributes:
        selection: Where it is from.
        vocabulary: The name of the list of its categories.
        image_ids: In ascending order.
        sizes: Height and width of each image in pixels, 0 where they are not known.
        boxes: What is to be found.
        is_federated: Whether an image says nothing of a category that it is not labelled with, as
            in LVIS.
        negative: Pairs: the image shows nothing of the category. Sorted, of a federated source.
        not_exhaustive: Pairs: the image may show more of the category. As `negative`.
        other_ids: The ids of the source's images that were not selected, in ascending order.
    """

    selection: BoxSelection
    vocabulary: str
    image_ids: Integers
    sizes: Integers
    boxes: Boxes
    is_federated: bool
    negative: Integers
    not_exhaustive: Integers
    other_ids: Integers

    @property
    def category_ids(self) -> Integers:
        """The ids of the categories, by place."""
        return np.array([one.id for one in self.selection.categories], np.int64)

    def pairs(self, images: Integers, categories: Integers) -> Integers:
        """Return the numbers of pairs of images and categories, which are given by place."""
        return images * len(self.selection.categories) + categories


def read_ground_truth(
    session: Session, connection: Connection, options: EvaluationOptions
) -> GroundTruth:
    """Read the images, boxes and labels of a source.

    Raises:
        MissingSourceError: The index does not hold the source, or it has no boxes.
        UsageError: There is no such source or image, or the source has no categories.
        OvmrIndexError: The file of images cannot be read.
    """
    vocabulary = _vocabulary(connection, options.source)
    wanted = BoxOptions(source=options.source, images=options.images)
    selection = select_boxes(session, connection, wanted)
    ids, sizes, boxes = _read_boxes(connection, selection)
    is_federated = format_of(selection.format).is_federated
    if is_federated:
        boxes = boxes.taken(boxes.areas > 0)  # as lvis-api, which does not see the others
    known = selection.categories
    labels = {
        kind: _read_labels(connection, selection.source_pk, kind, ids, [one.id for one in known])
        if is_federated
        else np.empty(0, np.int64)
        for kind in ("negative", "not_exhaustive")
    }
    named = connection.execute(box_selection_queries.named_images(selection.source_pk))
    every = np.array(sorted(key for _, key, _ in named if key is not None), np.int64)
    others = np.setdiff1d(every, ids, assume_unique=True)
    return GroundTruth(
        selection, vocabulary, ids, sizes, boxes, is_federated, **labels, other_ids=others
    )


def _vocabulary(connection: Connection, source: str) -> str:
    row = connection.execute(box_selection_queries.annotated_source(source)).first()
    if row is None:
        return source  # `select_boxes` says which sources there are
    if row.vocabulary is None:
        raise UsageError(f"{source} has no categories that are evaluated; give another source")
    found: str = row.vocabulary
    return found


def _read_boxes(
    connection: Connection, selection: BoxSelection
) -> tuple[Integers, Integers, Boxes]:
    """Return the ids of images, their sizes, and the boxes, by image."""
    ids, sizes, counts = array("q"), array("q"), array("q")
    numbers, pixels = array("q"), array("d")
    for image in annotated_images(connection, selection, records=False):
        ids.append(image.id)
        sizes.extend((image.height or 0, image.width or 0))
        counts.append(len(image.boxes))
        for box in image.boxes:
            numbers.extend((box.id, box.place, box.is_crowd))
            pixels.extend((box.x, box.y, box.w, box.h, box.covered_area))
    order = np.argsort(ids)
    places = np.empty(len(ids), np.int64)
    places[order] = np.arange(len(ids))
    whole = np.frombuffer(numbers, np.int64).reshape(-1, 3)
    parts = np.frombuffer(pixels, np.float64).reshape(-1, 5)
    boxes = Boxes(
        ids=whole[:, 0],
        images=np.repeat(places, counts),
        categories=whole[:, 1],
        xywh=parts[:, :4],
        areas=parts[:, 4],
        crowds=whole[:, 2],
    )
    by_id = np.array(ids, np.int64)[order], np.array(sizes, np.int64).reshape(-1, 2)[order]
    return *by_id, boxes


def _read_labels(
    connection: Connection, source_pk: int, kind: str, image_ids: Integers, category_ids: list[int]
) -> Integers:
    """Return the pairs of images and categories that have a label, sorted."""
    image_of = {key: place for place, key in enumerate(image_ids.tolist())}
    category_of = {key: place for place, key in enumerate(category_ids)}
    count = len(category_ids)
    found = array("q")
    for image_id, category_id in stream_rows(connection, queries.image_labels(source_pk, kind)):
        if image_id in image_of and category_id in category_of:
            found.append(image_of[image_id] * count + category_of[category_id])
    return np.unique(np.array(found, np.int64))
