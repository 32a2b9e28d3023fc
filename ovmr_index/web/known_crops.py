"""What cuts out the crops of pages that were shown: it is not looked for again in the index."""

from collections.abc import Hashable, Iterable
from threading import Lock

from ovmr_index.images.crop import CropTask

_MOST = 50_000  # crops that are kept
CropKey = tuple[str, str, int | None]  # source, file name, id of a box or None


class KnownCrops:
    """Crops by their keys, as a state of the index has them; those of another are forgotten."""

    def __init__(self) -> None:
        self._state: Hashable = None
        self._crops: dict[CropKey, CropTask] = {}
        self._lock = Lock()

    def get(self, state: Hashable, key: CropKey) -> CropTask | None:
        """Return a crop, None where it is not known for this state."""
        with self._lock:
            return self._crops.get(key) if state == self._state else None

    def put(self, state: Hashable, crops: Iterable[tuple[CropKey, CropTask]]) -> None:
        """Keep crops of a state; where they become too many, the others are forgotten."""
        found = dict(crops)
        with self._lock:
            if state != self._state or len(self._crops) + len(found) > _MOST:
                self._state, self._crops = state, {}
            self._crops.update(found)
