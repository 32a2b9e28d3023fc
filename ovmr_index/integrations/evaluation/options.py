"""What detections are compared with, and how."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ovmr_index.vocabularies.names import LVIS_VAL

IouType = Literal["bbox", "segm"]
Results = str | Path | Sequence[Mapping[str, Any]]  # a file, or a list of detections


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """What detections are compared with.

    Attributes:
        source: The source whose boxes and categories count.
        images: Which of its images: ids or names, a file of them, or `minival`. All by default.
        partition: A partition, or several, whose parts get numbers, beside `rare`.
        iou_type: Whether boxes (`bbox`) or masks (`segm`) are compared.
    """

    source: str = LVIS_VAL
    images: Path | str | Collection[int | str] | None = None
    partition: str | Collection[str] = ()
    iou_type: IouType = "bbox"

    @property
    def partitions(self) -> list[str]:
        """The names of the partitions."""
        return [self.partition] if isinstance(self.partition, str) else [*self.partition]
