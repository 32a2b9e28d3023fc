"""How many shots of each category, and which."""

from dataclasses import dataclass
from typing import Literal, get_args

from ovmr_index.errors import UsageError, option
from ovmr_index.samples.options import (
    DEFAULT_SEED,
    MAX_K,
    MAX_SEED,
    check_choice,
    whole_number,
)

Counted = Literal["instances", "images"]

COUNTED: tuple[Counted, ...] = get_args(Counted)


@dataclass(frozen=True, slots=True)
class Shots:
    """How many shots of each category, and which.

    Attributes:
        k: How many; where a category has fewer, all of them.
        seed: Another one gives other shots. The shots of a smaller `k` are among those of a larger.
        count: What is counted: `instances` are annotations, `images` are images, of which all
            annotations of the category are taken.

    Raises:
        UsageError: An option is out of its range.
    """

    k: int
    seed: int = DEFAULT_SEED
    count: Counted = "instances"

    def __post_init__(self) -> None:
        """Check the options, and make numbers of other libraries Python's own."""
        object.__setattr__(self, "k", whole_number(_shots(), self.k))
        object.__setattr__(self, "seed", whole_number(option("seed"), self.seed))
        if not 1 <= self.k <= MAX_K:
            raise UsageError(f"{_shots()} is {self.k}; give 1 to {MAX_K}")
        if not 0 <= self.seed <= MAX_SEED:
            raise UsageError(f"{option('seed')} is {self.seed}; give 0 to {MAX_SEED}")
        check_choice(option("count"), self.count, COUNTED)

    @property
    def label(self) -> str:
        """The shots as names of files have them, as in `K-005_seed-042_instances`."""
        return f"K-{self.k:03}_seed-{self.seed:03}_{self.count}"


def _shots() -> str:
    return option("k", flag="--shots")
