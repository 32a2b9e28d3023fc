"""How pools can differ from what the sources give now; it imports nothing heavy."""

from collections.abc import Iterable
from enum import StrEnum


class PoolsState(StrEnum):
    """What is to be known of pools: stale, never made, or of a vocabulary that is not there."""

    STALE = "stale"
    NONE = "none"
    ABSENT = "absent"


def generations_text(generations: Iterable[tuple[str, int]]) -> str:
    """Return the state of all sources, by name, as a collation keeps it: another one is stale."""
    import json

    return json.dumps(dict(generations))
