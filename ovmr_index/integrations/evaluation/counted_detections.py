"""Which detections count: the surest of each image, on images that say something of the category.

The rules are those of lvis-api 0.5.3, `LVISResults.limit_dets_per_image` and `LVISEval._prepare`:
https://github.com/lvis-dataset/lvis-api.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ovmr_index.integrations.evaluation.detections import Detections
from ovmr_index.integrations.evaluation.ground_truth import GroundTruth

MOST_OF_IMAGE = 300


class Counted(NamedTuple):
    """The detections that count, and how many do not: `beyond` the most of an image, `unjudged`."""

    detections: Detections
    beyond: int
    unjudged: int


def counted_detections(truth: GroundTruth, found: Detections) -> Counted:
    """Return the detections of a federated source that count, in the order of the list.

    Those are the 300 with the highest scores of each image, the first of equal ones, and of them
    those whose category the image shows or is known to lack. A box without an area never counts.
    """
    surest = found.taken(_surest(found))
    shown = np.unique(truth.pairs(truth.boxes.images, truth.boxes.categories))
    pairs = truth.pairs(surest.images, surest.categories)
    is_judged = np.isin(pairs, shown) | np.isin(pairs, truth.negative)
    judged = surest.taken(is_judged)
    return Counted(judged, len(found) - len(surest), len(surest) - len(judged))


def _surest(found: Detections) -> npt.NDArray[np.bool_]:
    """Whether each detection is one of the 300 with the highest scores of its image."""
    order = np.lexsort((-found.scores, found.images))
    images = found.images[order]
    first = np.searchsorted(images, images)
    is_taken = np.empty(len(found), bool)
    is_taken[order] = np.arange(len(found)) - first < MOST_OF_IMAGE
    return is_taken


def repeated(found: Detections) -> int:
    """Return how many detections are there before: same image, category, score and box."""
    columns = (*found.xywh.T, found.scores, found.categories, found.images)
    order = np.lexsort(columns)
    rows = [column[order] for column in columns]
    same: npt.NDArray[np.bool_] = np.ones(max(len(found) - 1, 0), bool)
    for column in rows:
        same &= column[1:] == column[:-1]
    return int(same.sum())
