"""How pools can differ from what the sources give now; it imports nothing heavy."""

from enum import StrEnum


class PoolsState(StrEnum):
    """What is to be known of pools: stale, never made, or of a vocabulary that is not there."""

    STALE = "stale"
    NONE = "none"
    ABSENT = "absent"
