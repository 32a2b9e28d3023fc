"""Detections as a detector writes them: a JSON list, read into arrays.

Format: https://cocodataset.org/#format-results, which LVIS has too.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Raw, Struct

from ovmr_index.errors import RecordError, UsageError, option
from ovmr_index.formats.json_document import WRONG, JsonDocument, Key, SignedFloat
from ovmr_index.integrations.evaluation.ground_truth import Floats, Integers
from ovmr_index.integrations.evaluation.options import IouType, Results
from ovmr_index.processes import batches
from ovmr_index.progress import Progress

_GIVEN = Path("results")  # the name that messages have for a list
_SHAPE = "give a list of {image_id, category_id, score, bbox or segmentation}"
_BATCH = 4096
_NO_NUMBER = re.compile(r"at '-?(NaN|Infinity)")

_Box = tuple[SignedFloat, SignedFloat, SignedFloat, SignedFloat]


class _Detection(Struct, kw_only=True):
    image_id: Key
    category_id: Key
    score: float
    bbox: _Box | None = None


class _WithBox(_Detection):
    bbox: _Box


class _WithMask(_Detection):
    segmentation: Raw


_ONE: Mapping[IouType, msgspec.json.Decoder[Any]] = {
    "bbox": msgspec.json.Decoder(_WithBox),
    "segm": msgspec.json.Decoder(_WithMask),
}
_MANY: Mapping[IouType, msgspec.json.Decoder[Any]] = {
    "bbox": msgspec.json.Decoder(list[_WithBox]),
    "segm": msgspec.json.Decoder(list[_WithMask]),
}
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_NO_BOX = (np.nan,) * 4


@dataclass(frozen=True)
class Detections:
    """Detections, each known by its number in the list, from 0.

    Attributes:
        numbers: Its number.
        images: The id of its image, or the image's place once it is known.
        categories: As `images`.
        scores: The higher the surer.
        xywh: Its box in pixels; not a number where it has a mask alone.
    """

    numbers: Integers
    images: Integers
    categories: Integers
    scores: Floats
    xywh: Floats

    def taken(self, which: npt.NDArray[np.bool_] | Integers) -> "Detections":
        """Return some of the detections, in this order where `which` are places."""
        return Detections(*(column[which] for column in vars(self).values()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.numbers)


class ResultsFile:
    """A list of detections: in a file, or as it is given."""

    def __init__(self, results: Results) -> None:
        """Find the detections in a list.

        Raises:
            RecordError: The file cannot be read, is no JSON, or holds something else.
            UsageError: A list holds what JSON cannot say.
        """
        if isinstance(results, str | Path):
            self.document = JsonDocument(Path(results))
        else:
            self.document = JsonDocument(_GIVEN, _encoded(results))
        if not self.document.is_array:
            raise self.document.error("", "is no list of detections", _SHAPE)
        try:
            self._elements = self.document.elements()
        except RecordError as error:
            if found := _NO_NUMBER.search(error.problem):
                problem = f"holds {found[1]}, which is no number: {error.problem}"
                raise self.document.error("", problem, "leave out these detections") from None
            raise

    def read(self, iou_type: IouType, progress: Progress) -> Detections:
        """Return the detections, with a box or a mask each, as the type says.

        Raises RecordError for the first that is none, and names it.
        """
        count = len(self._elements)
        ids, scores = np.empty((count, 2), np.int64), np.empty(count)
        xywh = np.empty((count, 4))
        done = 0
        with progress("detections", count, "detections") as advance:
            for batch in batches(self._elements, _BATCH):
                found = self._decoded(batch, done, iou_type)
                end = done + len(found)
                ids[done:end] = [(one.image_id, one.category_id) for one in found]
                scores[done:end] = [one.score for one in found]
                xywh[done:end] = [one.bbox or _NO_BOX for one in found]
                done = end
                advance(len(found))
        if iou_type == "bbox":
            self._elements = []  # 70 bytes each, which only masks are read from again
        self._require_sizes(xywh)
        return Detections(np.arange(count), ids[:, 0], ids[:, 1], scores, xywh)

    def segmentation(self, number: int) -> Any:
        """Return the mask of a detection as it is given: polygons or run lengths."""
        return msgspec.json.decode(self._elements[number])["segmentation"]

    def error(self, number: int, problem: str) -> RecordError:
        """Return an error that names a detection."""
        return self.document.error(f"[{number}]", problem, "fix or remove it")

    def _decoded(self, batch: list[Raw], start: int, iou_type: IouType) -> list[_Detection]:
        try:
            found: list[_Detection] = _MANY[iou_type].decode(b"[" + b",".join(batch) + b"]")
        except WRONG:
            return [self._one(raw, start + i, iou_type) for i, raw in enumerate(batch)]
        return found

    def _one(self, raw: Raw, number: int, iou_type: IouType) -> _Detection:
        try:
            found: _Detection = _ONE[iou_type].decode(raw)
        except WRONG as error:
            message = str(error).replace("`$.", "`")
            problem = message[:1].lower() + message[1:]
            remedy = _remedy(raw, iou_type)
            raise self.document.error(f"[{number}]", problem, remedy) from None
        return found

    def _require_sizes(self, xywh: Floats) -> None:
        wrong = np.flatnonzero((xywh[:, 2:] < 0).any(axis=1))
        if len(wrong):
            width, height = xywh[wrong[0], 2:].tolist()
            problem = f"width {width:g} or height {height:g} of the box is negative"
            raise self.document.error(f"[{wrong[0]}]", problem, "give boxes as x, y, width, height")


def _remedy(raw: Raw, iou_type: IouType) -> str:
    """Return what to do about a detection: it may have a mask where a box is asked for."""
    asked, other, other_type = (
        ("bbox", "segmentation", "segm") if iou_type == "bbox" else ("segmentation", "bbox", "bbox")
    )
    try:
        members = _MEMBERS.decode(raw)
    except WRONG:
        return _SHAPE
    remedy = f"give {option('iou_type', other_type, flag='--type')}"
    return remedy if other in members and asked not in members else _SHAPE


def _encoded(results: Iterable[Mapping[str, Any]]) -> bytes:
    """Return detections as JSON; masks may be bytes, numbers and boxes of numpy."""
    try:
        return json.dumps(list(results), default=_plain).encode()
    except TypeError as error:
        raise UsageError(f"{_GIVEN}: {error}; {_SHAPE}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    found: Callable[[], Any] | None = getattr(value, "tolist", None)
    if found is None:
        raise TypeError(f"{type(value).__name__} is no JSON")
    return found()
