"""Detections of images and categories that the source has, by their places; what others are."""

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from ovmr_index.errors import OvmrIndexError, counted, option
from ovmr_index.integrations.evaluation.detections import Detections, ResultsFile
from ovmr_index.integrations.evaluation.ground_truth import GroundTruth, Integers
from ovmr_index.integrations.evaluation.ground_truth_queries import sources_with
from ovmr_index.vocabularies.names import LVIS_VOCABULARIES

_FEW = 3


def known_detections(
    connection: Connection, truth: GroundTruth, results: ResultsFile, found: Detections
) -> Detections:
    """Return the detections on the images that were selected, with places in place of ids.

    Raises:
        OvmrIndexError: The source does not have an image or a category of them.
    """
    images = _places(truth.image_ids, found.images)
    strange = (images < 0) & (_places(truth.other_ids, found.images) < 0)
    if strange.any():
        raise _unknown_images(connection, truth, results, found.images[strange])
    ids = truth.category_ids
    order = np.argsort(ids)
    categories = _places(ids[order], found.categories)
    if (categories < 0).any():
        raise _unknown_categories(truth, results, found.categories, categories < 0)
    placed = Detections(found.numbers, images, order[categories], found.scores, found.xywh)
    return placed if not len(truth.other_ids) else placed.taken(images >= 0)


def _places(ids: Integers, wanted: Integers) -> Integers:
    """Return the place of each wanted id among ids in ascending order, -1 for one that is not."""
    if not len(ids):
        return np.full(len(wanted), -1)
    places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[places] == wanted, places, -1)


def _unknown_images(
    connection: Connection, truth: GroundTruth, results: ResultsFile, ids: Integers
) -> OvmrIndexError:
    different = np.unique(ids)
    said = (
        f"{counted(len(ids), 'detection')} {'is' if len(ids) == 1 else 'are'} on"
        f" {counted(len(different), 'image')} that {truth.selection.source} does not have:"
        f" {_listed(different)}"
    )
    others = connection.execute(sources_with(different[:_FEW].tolist())).scalars()
    options = " or ".join(map(_option, others))
    advice = f"give {options}" if options else "give the ids of its images as image_id"
    return OvmrIndexError(f"{results.document.path}: {said}; {advice}")


def _option(source: str) -> str:
    if source in LVIS_VOCABULARIES:
        return option("split", source.rpartition("_")[2])
    return option("source", source)


def _unknown_categories(
    truth: GroundTruth, results: ResultsFile, ids: Integers, is_unknown: npt.NDArray[np.bool_]
) -> OvmrIndexError:
    different = np.unique(ids[is_unknown])
    count = int(is_unknown.sum())
    said = (
        f"{counted(count, 'detection')} {'has' if count == 1 else 'have'}"
        f" {counted(len(different), 'category', 'categories')} that {truth.selection.source} does"
        f" not have: {_listed(different)}"
    )
    advice = "give the ids of its categories as category_id"
    if different[0] == 0 and ids.max() < len(truth.category_ids):
        advice = "they seem to count from 0: give the ids of its categories, not their places"
    return OvmrIndexError(f"{results.document.path}: {said}; {advice}")


def _listed(ids: Integers) -> str:
    more = ", …" if len(ids) > _FEW else ""
    return ", ".join(map(str, ids[:_FEW].tolist())) + more
