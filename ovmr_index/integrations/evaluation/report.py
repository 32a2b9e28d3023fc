"""The numbers of an evaluation: of all categories, of the parts of partitions, of each category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ovmr_index.errors import counted
from ovmr_index.integrations.evaluation.category_scores import names_of_scores
from ovmr_index.integrations.evaluation.ground_truth import Floats, GroundTruth
from ovmr_index.integrations.evaluation.options import IouType
from ovmr_index.shown.readable import Readable, ShownTable, Summary
from ovmr_index.vocabularies.names import Frequency
from ovmr_index.vocabularies.partition_filter import Part

NONE = -1.0  # the number of what has no box that could be found

PartPlaces = Mapping[Part, Sequence[int]]


class CategoryScore(NamedTuple):
    """How well a category is found.

    Attributes:
        id: That of the source.
        name: As `id`.
        synset: The name of its synset, None where it has none.
        frequency: f, c or r in LVIS, None elsewhere.
        images: How many of the images show it.
        instances: How many boxes of it are on them, those of crowds included.
        parts: The part that it is in, by partition.
        ap: The mean precision over IoU from 0.5 to 0.95 and recall, a fraction; -1 where no box
            is to be found.
        ap50: As `ap`, at IoU 0.5.
        ar: The mean of the highest recall over IoU from 0.5 to 0.95, as `ap`.
    """

    id: int
    name: str
    synset: str | None
    frequency: str | None
    images: int
    instances: int
    parts: Mapping[str, Part]
    ap: float
    ap50: float
    ar: float

    def as_json(self) -> dict[str, Any]:
        """Return the numbers of the category as `evaluate --json` has them."""
        names = {"ap": "AP", "ap50": "AP50", "ar": "AR"}
        return {names.get(name, name): value for name, value in self._asdict().items()}


class PartitionScore(NamedTuple):
    """How well the parts of a partition are found: means over the categories of each, or -1.

    `all` is both parts together, without the categories that are in neither. Those of `…_ap50` are
    at IoU 0.5.
    """

    base: float
    novel: float
    all: float
    base_ap50: float
    novel_ap50: float
    all_ap50: float

    def as_json(self) -> dict[str, float]:
        """Return the numbers as `evaluate --json` has them."""
        return {name.replace("ap50", "AP50"): value for name, value in self._asdict().items()}


@dataclass(frozen=True, repr=False)
class Evaluation(Readable):
    """How well detections find what the images of a source show; each number is a fraction, or -1.

    Attributes:
        source: The source.
        iou_type: Whether boxes or masks were compared.
        images: How many images were looked at.
        detections: How many detections counted.
        metrics: By the names that lvis-api gives them, for LVIS `AP`, `AP50`, `AP75`, `APs`,
            `APm`, `APl`, `APr`, `APc`, `APf`, `AR@300`, `ARs@300`, `ARm@300` and `ARl@300`.
        partitions: By name.
        categories: In the order of the source.
        notes: What is good to know of the detections.
    """

    source: str
    iou_type: IouType
    images: int
    detections: int
    metrics: Mapping[str, float]
    partitions: Mapping[str, PartitionScore]
    categories: tuple[CategoryScore, ...]
    notes: tuple[str, ...]

    def summary(self) -> Summary:
        """Return the numbers in percent: in all, of partitions, of categories."""
        overall = [(name, _percent(value)) for name, value in self.metrics.items()]
        parts = [
            (name, *map(_percent, (one.base, one.novel, one.all)))
            for name, one in self.partitions.items()
        ]
        each = [(one.name, one.images, one.instances, _percent(one.ap)) for one in self.categories]
        return Summary(
            f"AP {_percent(self.metrics.get('AP', NONE))} on {self.source} ({self.iou_type}),"
            f" {counted(self.images, 'image')}, {counted(self.detections, 'detection')}",
            (
                ShownTable("metrics", ("metric", "%"), overall),
                ShownTable("partitions", ("partition", "base", "novel", "all"), parts),
                ShownTable("categories", ("category", "images", "boxes", "AP"), each),
            ),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the evaluation as `evaluate --json` prints it."""
        return {
            "source": self.source,
            "type": self.iou_type,
            "images": self.images,
            "detections": self.detections,
            "metrics": dict(self.metrics),
            "partitions": {name: one.as_json() for name, one in self.partitions.items()},
            "categories": [one.as_json() for one in self.categories],
        }


def _percent(fraction: float) -> str:
    """Return a fraction in percent, `-` for none."""
    return "-" if fraction == NONE else f"{100 * fraction:.2f}"


def mean(scores: Floats) -> float:
    """Return the mean of numbers without those that are -1, or -1 where that leaves none."""
    known = scores[scores > NONE]
    return float(np.mean(known)) if len(known) else NONE


def metrics_of(truth: GroundTruth, scores: Floats) -> dict[str, float]:
    """Return the means over the categories, by name; those by frequency of LVIS alone."""
    means = {
        name: mean(column)
        for name, column in zip(
            names_of_scores(is_federated=truth.is_federated), scores.T, strict=True
        )
    }
    if not truth.is_federated:
        return means
    frequencies = [one.record.get("frequency") for one in truth.selection.categories]
    by_frequency = {
        f"AP{letter}": mean(scores[[one == letter for one in frequencies], 0])
        for letter in (Frequency.RARE, Frequency.COMMON, Frequency.FREQUENT)
    }
    precisions = {name: value for name, value in means.items() if name.startswith("AP")}
    return precisions | by_frequency | means


def partition_score(parts: PartPlaces, scores: Floats) -> PartitionScore:
    """Return the means over the categories of each part, which are given by place."""
    ap, ap50 = scores[:, 0], scores[:, 1]
    base, novel = list(parts["base"]), list(parts["novel"])
    groups = (base, novel, base + novel)
    return PartitionScore(*(mean(ap[one]) for one in groups), *(mean(ap50[one]) for one in groups))


def category_list(
    truth: GroundTruth, partitions: Mapping[str, PartPlaces], scores: Floats
) -> tuple[CategoryScore, ...]:
    """Return the numbers of each category, with what is known of it."""
    selected = truth.selection.categories
    instances = np.bincount(truth.boxes.categories, minlength=len(selected))
    shown = np.unique(truth.pairs(truth.boxes.images, truth.boxes.categories))
    images = np.bincount(shown % max(len(selected), 1), minlength=len(selected))
    recall = names_of_scores(is_federated=truth.is_federated).index(
        "AR@300" if truth.is_federated else "AR@100"
    )
    parts: list[dict[str, Part]] = [{} for _ in selected]
    for name, both in partitions.items():
        for part, places in both.items():
            for place in places:
                parts[place][name] = part
    return tuple(
        CategoryScore(
            id=one.id,
            name=one.name,
            synset=one.synset,
            frequency=one.record.get("frequency"),
            images=int(images[place]),
            instances=int(instances[place]),
            parts=parts[place],
            ap=float(scores[place, 0]),
            ap50=float(scores[place, 1]),
            ar=float(scores[place, recall]),
        )
        for place, one in enumerate(selected)
    )
