"""What people said is not on an image of OpenImages: labels of Confidence 0."""

import math
import re
from array import array
from collections.abc import Callable, Mapping
from pathlib import Path

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats.coco_annotation import key_of
from ovmr_index.formats.csv_table import CsvTable

_COLUMNS = ("ImageID", "LabelName", "Confidence")
_BOXES, _LABELS = "annotations-bbox.csv", "annotations-human-imagelabels-boxable.csv"
_PREFIX = re.compile(r"(?:.*[-_])?(?=(?:train|validation|val|test)-)")


def labels_file(boxes: Path) -> Path | None:
    """Return the labels of a split beside its boxes, whatever stands before their names."""
    wanted = _PREFIX.sub("", boxes.name, count=1).replace(_BOXES, _LABELS)
    found = (one for one in boxes.parent.glob(f"*{_LABELS}") if one.name.endswith(wanted))
    return max(found, default=None)


class NegativeLabels:
    """The categories that are not on an image: eight million labels in compact arrays."""

    def __init__(
        self, path: Path, categories: Mapping[str, int], leave_out: Callable[[RecordError], None]
    ) -> None:
        """Read the labels; `leave_out` takes lines that are wrong, labels of other classes none."""
        import numpy as np

        images, keys = array("q"), array("q")
        table = CsvTable(path, _COLUMNS)
        at_image, at_label, at_confidence = map(table.at, _COLUMNS)
        for line, row in table.rows():
            if len(row) != len(table.columns):
                expected = len(table.columns)
                leave_out(table.error(line, f"has {len(row)} cells, and not {expected}"))
            elif (confidence := _confidence(row[at_confidence])) is None:
                given = shortened(repr(row[at_confidence]), 80)
                leave_out(table.error(line, f"Confidence {given} is no number"))
            elif confidence == 0 and (key := categories.get(row[at_label].strip())) is not None:
                images.append(key_of(row[at_image].strip()))
                keys.append(key)
        found = np.array(images, dtype=np.int64)
        order = np.argsort(found, kind="stable")
        self._images, self._keys = found[order], np.array(keys, dtype=np.int64)[order]

    def of(self, image_key: int) -> tuple[int, ...]:
        """Return the ids of the categories that are not on an image, each once, sorted."""
        start, end = (int(self._images.searchsorted(image_key, side)) for side in ("left", "right"))
        return tuple(sorted({*self._keys[start:end].tolist()}))


def _confidence(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
