"""The masks of one category: of its boxes out of the index, of detections out of their list."""

import json
from collections.abc import Mapping

from sqlalchemy import Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.errors import OvmrIndexError, option
from ovmr_index.integrations.evaluation.detections import Detections, ResultsFile
from ovmr_index.integrations.evaluation.ground_truth import Boxes, GroundTruth
from ovmr_index.integrations.evaluation.ground_truth_queries import category_records
from ovmr_index.integrations.run_lengths import RunLengths, run_lengths


class CategoryMasks:
    """Reads the masks of a category at a time; raises OvmrIndexError for one that is none."""

    def __init__(self, connection: Connection, truth: GroundTruth, results: ResultsFile) -> None:
        self._connection, self._truth, self._results = connection, truth, results
        places = truth.selection.places
        self._pks: Mapping[int, int] = {place: pk for pk, place in places.items()}

    def of_boxes(self, category: int, boxes: Boxes) -> list[RunLengths]:
        """Return the masks of the boxes of a category, which is given by place."""
        images = dict(zip(boxes.ids.tolist(), boxes.images.tolist(), strict=True))
        source = self._truth.selection.source
        query = category_records(self._truth.selection.source_pk, self._pks[category])
        found: dict[int, RunLengths] = {}
        for key, record in stream_rows(self._connection, query):
            if key not in images:
                continue
            mask = None if record is None else json.loads(record).get("segmentation")
            try:
                found[key] = run_lengths(mask, *self._size(images[key]))
            except ValueError as error:
                message = f"{source}: annotation {key}: {error}; {_boxes()}"
                raise OvmrIndexError(message) from None
        return [found[key] for key in images]

    def of_detections(self, found: Detections) -> list[RunLengths]:
        """Return the masks of detections."""
        return [
            self._of_detection(number, image)
            for number, image in zip(found.numbers.tolist(), found.images.tolist(), strict=True)
        ]

    def _of_detection(self, number: int, image: int) -> RunLengths:
        try:
            return run_lengths(self._results.segmentation(number), *self._size(image))
        except ValueError as error:
            raise self._results.error(number, str(error)) from None

    def _size(self, image: int) -> tuple[int, int]:
        """Return height and width of an image, which is given by place."""
        height, width = self._truth.sizes[image].tolist()
        if not (height and width):
            key = self._truth.image_ids[image]
            source = self._truth.selection.source
            raise OvmrIndexError(f"{source}: image {key} has no size; {_boxes()}")
        return height, width


def _boxes() -> str:
    return f"give {option('iou_type', 'bbox', flag='--type')}"
