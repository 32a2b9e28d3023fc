"""What is looked at of a pool, and in which order."""

from dataclasses import dataclass
from typing import Literal, get_args

from ovmr_index.samples.options import check_choice

Order = Literal["pool", "largest", "smallest"]
MarkFilter = Literal["", "exclude", "pin", "none"]
ORDERS: tuple[Order, ...] = get_args(Order)
MARK_FILTERS: tuple[MarkFilter, ...] = get_args(MarkFilter)


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """What narrows a view of a pool; nothing does by default.

    Attributes:
        datasets: Only exemplars of these, by name; none for all.
        least_weight: Only of at least this weight (an area in square pixels).
        most_weight: Only of at most this weight.
        least_side: Only boxes both of whose sides have at least so many pixels. A whole image has
            no box, and passes.
        sample: Only what the saved sample of this name holds.
        mark: Only what is marked so (`exclude`, `pin`), or not at all (`none`).
        order: As in the `pool`, or the `largest` or `smallest` weight first.
        first: The first of these to look at, counted from 0.
        most: How many of them.

    Raises:
        UsageError: `mark` or `order` is none of these.
    """

    datasets: tuple[str, ...] = ()
    least_weight: float | None = None
    most_weight: float | None = None
    least_side: float | None = None
    sample: str | None = None
    mark: str = ""
    order: str = "pool"
    first: int = 0
    most: int = 3_000

    def __post_init__(self) -> None:
        """Check what is chosen."""
        check_choice("order", self.order, ORDERS)
        check_choice("mark", self.mark, MARK_FILTERS)
