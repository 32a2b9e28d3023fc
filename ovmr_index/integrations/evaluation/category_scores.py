"""The numbers of each category, by faster-coco-eval: AP and AR, or -1 where nothing is to be found.

What a category gets depends on the images alone that show it or have a detection of it, so these
are compared category by category: all pairs of images and categories of LVIS val, 24 million, would
take many GB.
"""

import logging
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from ovmr_index.errors import OvmrIndexError
from ovmr_index.integrations.evaluation.category_datasets import CategoryDatasets
from ovmr_index.integrations.evaluation.category_masks import CategoryMasks
from ovmr_index.integrations.evaluation.counted_detections import MOST_OF_IMAGE
from ovmr_index.integrations.evaluation.detections import Detections
from ovmr_index.integrations.evaluation.ground_truth import Floats, GroundTruth, Integers
from ovmr_index.integrations.evaluation.options import IouType
from ovmr_index.progress import Progress

_COCO_LIMITS = (1, 10, 100)  # detections of an image and a category
_HALF, _THREE_QUARTERS = 0, 5  # of the thresholds 0.5, 0.55, …, 0.95
_AREAS = ("s", "m", "l")  # after that of all
_LOGGER = logging.getLogger(__name__)


def faster_coco_eval() -> ModuleType:
    """Import faster-coco-eval; raises OvmrIndexError where that cannot be done."""
    try:
        import faster_coco_eval
    except ImportError as error:
        raise OvmrIndexError(
            f"faster-coco-eval cannot be imported: {error}; run `pip install 'ovmr-index[eval]'`"
        ) from None
    found: ModuleType = faster_coco_eval
    return found


def names_of_scores(*, is_federated: bool) -> list[str]:
    """Return what the numbers of a category are called, in their order: as in lvis-api."""
    limits = _limits(is_federated=is_federated)
    return [
        *("AP", "AP50", "AP75", *(f"AP{area}" for area in _AREAS)),
        *(f"AR@{limit}" for limit in limits),
        *(f"AR{area}@{limits[-1]}" for area in _AREAS),
    ]


def _limits(*, is_federated: bool) -> list[int]:
    """Return how many detections of an image count, for each AR."""
    return [MOST_OF_IMAGE] if is_federated else [*_COCO_LIMITS]


@dataclass(frozen=True)
class _ByCategory:
    """The rows of boxes or of detections, by category."""

    order: Integers
    ends: Integers

    @classmethod
    def sort(cls, categories: Integers, count: int) -> "_ByCategory":
        order = np.argsort(categories, kind="stable")
        return cls(order, np.searchsorted(categories[order], np.arange(count + 1)))

    def rows(self, category: int) -> Integers:
        return self.order[self.ends[category] : self.ends[category + 1]]


def category_scores(
    truth: GroundTruth, found: Detections, masks: CategoryMasks | None, progress: Progress
) -> Floats:
    """Return the numbers of each category, a row each, in the order of `names_of_scores`.

    Args:
        truth: What is to be found.
        found: The detections that count, by places, in the order of their list.
        masks: Those of boxes and detections, which are compared; None to compare boxes.
        progress: How progress is shown.

    Raises:
        OvmrIndexError: A mask is none.
    """
    count = len(truth.selection.categories)
    boxes = _ByCategory.sort(truth.boxes.categories, count)
    detections = _ByCategory.sort(found.categories, count)
    scores = np.full((count, len(names_of_scores(is_federated=truth.is_federated))), -1.0)
    with progress("categories", count, "categories") as advance:
        for category in range(count):
            rows = boxes.rows(category)
            if len(rows):
                mine, theirs = truth.boxes.taken(rows), found.taken(detections.rows(category))
                drawn = (
                    ([None] * len(mine), [None] * len(theirs))
                    if masks is None
                    else (masks.of_boxes(category, mine), masks.of_detections(theirs))
                )
                compared = CategoryDatasets(truth, category, mine, theirs, *drawn)
                scores[category] = _scores(compared, "bbox" if masks is None else "segm")
            advance(1)
    return scores


def _scores(compared: CategoryDatasets, iou_type: IouType) -> list[float]:
    """Return the numbers of one category."""
    package = faster_coco_eval()
    is_federated = compared.truth.is_federated
    both = []
    for dataset in compared.datasets():
        coco = package.COCO()
        coco.dataset = dataset
        coco.createIndex()
        both.append(coco)
    judged = package.COCOeval_faster(
        *both, iou_type, print_function=_LOGGER.debug, lvis_style=is_federated
    )
    judged.params.maxDets = _limits(is_federated=is_federated)
    judged.evaluate()
    judged.accumulate()
    # Thresholds, recalls, (the one category,) areas, limits.
    precision, recall = judged.eval["precision"][:, :, 0], judged.eval["recall"][:, 0]
    values = (
        *(precision[:, :, 0, -1], precision[_HALF, :, 0, -1], precision[_THREE_QUARTERS, :, 0, -1]),
        *(precision[:, :, area, -1] for area in range(1, 1 + len(_AREAS))),
        *(recall[:, 0, limit] for limit in range(recall.shape[2])),
        *(recall[:, area, -1] for area in range(1, 1 + len(_AREAS))),
    )
    return [float(np.mean(value)) for value in values]
