"""Whether the numbers of a box are ones that a file can have."""

from collections.abc import Sequence

from ovmr_index.db.stored_json import read_again
from ovmr_index.errors import DamagedError
from ovmr_index.formats.records import LARGEST_WEIGHT, Number

# As a float: to compare with an integer of this size takes longer.
_MOST = float(LARGEST_WEIGHT)
_LEAST = -_MOST


def are_pixels(box: Sequence[Number], area: Number | None = None) -> bool:
    """Whether a box and an area are numbers that a file can have; text is none."""
    try:
        return _LEAST < sum(box) + (area or 0) < _MOST
    except TypeError:
        return False


def no_pixels(region_id: int | None) -> DamagedError:
    """Return the error for a box that `are_pixels` refuses."""
    return DamagedError(
        f"the index is damaged: the box in regions of the record with id {region_id} is none that"
        f" a file can have; {read_again()}"
    )
