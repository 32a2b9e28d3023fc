"""`evaluate`: how well detections find what the images of a source show."""

import numpy as np
from sqlalchemy import Connection

from ovmr_index.db.session import Session
from ovmr_index.errors import counted
from ovmr_index.integrations.evaluation.category_masks import CategoryMasks
from ovmr_index.integrations.evaluation.category_scores import category_scores, faster_coco_eval
from ovmr_index.integrations.evaluation.counted_detections import (
    MOST_OF_IMAGE,
    Counted,
    counted_detections,
    repeated,
)
from ovmr_index.integrations.evaluation.detections import Detections, ResultsFile
from ovmr_index.integrations.evaluation.ground_truth import GroundTruth, read_ground_truth
from ovmr_index.integrations.evaluation.known_detections import known_detections
from ovmr_index.integrations.evaluation.options import EvaluationOptions, Results
from ovmr_index.integrations.evaluation.report import (
    Evaluation,
    PartPlaces,
    category_list,
    metrics_of,
    partition_score,
)
from ovmr_index.vocabularies.partition_filter import RARE_PARTITION
from ovmr_index.vocabularies.partitions import find_part, left_vocabulary


def evaluate(session: Session, results: Results, options: EvaluationOptions) -> Evaluation:
    """Compare detections with the boxes or masks of a source, by the rules of LVIS or of COCO.

    Those of LVIS hold for LVIS, and give what lvis-api 0.5.3 gives; those of COCO for every other
    source, and give what pycocotools gives.

    Args:
        session: The index.
        results: A file, or a list of objects, in the form of COCO's and LVIS's results: `image_id`,
            `category_id` and `score`, with `bbox` (xywh, pixels) or `segmentation`.
        options: What they are compared with.

    Raises:
        MissingSourceError: The index does not hold the source.
        UsageError: There is no such source, partition or image.
        OvmrIndexError: The detections cannot be read, or are of other images or categories; or
            faster-coco-eval cannot be imported.
    """
    faster_coco_eval()
    given = ResultsFile(results)
    with session.read() as connection:
        truth = read_ground_truth(session, connection, options)
        partitions = _partitions(connection, truth, options)
        every = given.read(options.iou_type, session.progress)
        known = known_detections(connection, truth, given, every)
        taken = counted_detections(truth, known) if truth.is_federated else Counted(known, 0, 0)
        masks = CategoryMasks(connection, truth, given) if options.iou_type == "segm" else None
        scores = category_scores(truth, taken.detections, masks, session.progress)
        left = _left_categories(connection, truth, [*partitions])
    return Evaluation(
        source=truth.selection.source,
        iou_type=options.iou_type,
        images=len(truth.image_ids),
        detections=len(taken.detections),
        metrics=metrics_of(truth, scores),
        partitions={name: partition_score(parts, scores) for name, parts in partitions.items()},
        categories=category_list(truth, partitions, scores),
        notes=(*_notes(truth, len(every), known, taken), *left),
    )


def _partitions(
    connection: Connection, truth: GroundTruth, options: EvaluationOptions
) -> dict[str, PartPlaces]:
    """Return the places of the categories in each part: of `rare` in LVIS, and of those asked for.

    Raises UsageError for one that there is not.
    """
    usual = [RARE_PARTITION] if truth.is_federated else []
    places = truth.selection.places
    found: dict[str, PartPlaces] = {}
    for name in dict.fromkeys([*usual, *options.partitions]):
        found[name] = {
            part: sorted(
                places[pk]
                for pk in connection.execute(
                    find_part(connection, truth.vocabulary, name, part)
                ).scalars()
            )
            for part in ("base", "novel")
        }
    return found


def _left_categories(connection: Connection, truth: GroundTruth, names: list[str]) -> list[str]:
    """Return which categories of partitions the source has no longer, a line each."""
    noted = []
    for name in names:
        _, note = left_vocabulary(connection, truth.vocabulary, name)
        if note is not None:
            noted.append(f"partition {name} of {truth.vocabulary}: {note}")
    return noted


def _notes(truth: GroundTruth, count: int, known: Detections, taken: Counted) -> list[str]:
    """Return what is good to know of the detections, a line each."""
    source = truth.selection.source
    said = []
    if not len(truth.image_ids):
        said.append(f"no image of {source} is selected")
    if not count:
        said.append("there is no detection")
    if elsewhere := count - len(known):
        said.append(f"{counted(elsewhere, 'detection')} on other images of {source} left out")
    if taken.beyond:
        said.append(
            f"{counted(taken.beyond, 'detection')} left out beyond the {MOST_OF_IMAGE} with the"
            " highest scores of an image, as LVIS says"
        )
    if taken.unjudged:
        said.append(
            f"{counted(taken.unjudged, 'detection')} left out on images that say nothing of their"
            " category, as LVIS says"
        )
    if twice := repeated(taken.detections):
        said.append(
            f"{counted(twice, 'detection repeats', 'detections repeat')} another one: same image,"
            " category, score and box; each counts"
        )
    without = len(truth.image_ids) - len(np.unique(known.images))
    if without and count:
        said.append(f"{without:,} of {counted(len(truth.image_ids), 'image')} have no detection")
    return said
