"""The boxes and detections of one category as COCO datasets, which faster-coco-eval compares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ovmr_index.integrations.evaluation.detections import Detections
from ovmr_index.integrations.evaluation.ground_truth import Boxes, GroundTruth
from ovmr_index.integrations.run_lengths import RunLengths, area_of

Json = dict[str, Any]


@dataclass(frozen=True)
class CategoryDatasets:
    """The boxes and detections of a category; images and the category are known by place.

    Masks are in the order of the boxes and of the detections; none where boxes are compared.
    """

    truth: GroundTruth
    category: int
    boxes: Boxes
    found: Detections
    box_masks: Sequence[RunLengths | None]
    masks: Sequence[RunLengths | None]

    def datasets(self) -> tuple[Json, Json]:
        """Return what is to be found, and what was found."""
        images = list(self._images())
        # Means are taken by frequency afterwards: any will do.
        categories = [{"id": self.category, "frequency": "f"}]
        return (
            {"images": images, "categories": categories, "annotations": list(self._truths())},
            {"images": images, "categories": categories, "annotations": list(self._detections())},
        )

    def _images(self) -> Iterator[Json]:
        places = np.union1d(self.boxes.images, self.found.images)
        pairs = self.truth.pairs(places, np.full(len(places), self.category))
        may_show_more = np.isin(pairs, self.truth.not_exhaustive)
        for place, more in zip(places.tolist(), may_show_more.tolist(), strict=True):
            height, width = self.truth.sizes[place].tolist()
            yield {
                "id": place,
                "height": height,
                "width": width,
                # Detections on images that say nothing of the category were left out before.
                "neg_category_ids": [self.category],
                "not_exhaustive_category_ids": [self.category] if more else [],
            }

    def _truths(self) -> Iterator[Json]:
        columns = (self.boxes.images, self.boxes.xywh, self.boxes.areas, self.boxes.crowds)
        rows = zip(*(column.tolist() for column in columns), self.box_masks, strict=True)
        for number, (image, xywh, area, is_crowd, mask) in enumerate(rows, 1):
            crowd = 0 if self.truth.is_federated else is_crowd  # lvis-api knows no crowds
            yield self._annotation(number, image, xywh, area, mask) | {"iscrowd": crowd}

    def _detections(self) -> Iterator[Json]:
        columns = (self.found.images, self.found.xywh, self.found.scores)
        rows = zip(*(column.tolist() for column in columns), self.masks, strict=True)
        for number, (image, xywh, score, mask) in enumerate(rows, 1):
            # As both APIs: that of the box, where a detection has a box beside its mask.
            has_box = mask is None or not np.isnan(xywh[0])
            area = xywh[2] * xywh[3] if has_box else area_of(mask or {})
            if area > 0 or not self.truth.is_federated:
                yield self._annotation(number, image, xywh, area, mask) | {"score": score}

    def _annotation(
        self, number: int, image: int, xywh: list[float], area: float, mask: RunLengths | None
    ) -> Json:
        made = {"id": number, "image_id": image, "category_id": self.category, "area": area}
        return made | ({"bbox": xywh} if mask is None else {"segmentation": mask})
