"""Which exemplars of the pools may be drawn, and which of them may stand together."""

from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from ovmr_index.errors import UsageError
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PartitionFilter

Method = Literal["numpy", "stable"]


Weight = Literal["area", "side", "even"]


OnShortage = Literal["error", "repeat", "take-all"]


METHODS: tuple[Method, ...] = get_args(Method)


WEIGHTS: tuple[Weight, ...] = get_args(Weight)


ON_SHORTAGE: tuple[OnShortage, ...] = get_args(OnShortage)


MAX_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a draw; nothing does by default.

    Before the draw: only `datasets` and `splits`, by name (none for all); no LVIS boxes for rare
    categories; boxes of at least `min_area` square pixels whose sides both are at least `min_side`
    pixels. A whole picture has no box, and passes. With `exclude_val` no picture that LVIS val
    shows, as far as the index knows.

    In the draw, for each category: at most `per_image` exemplars from one picture; of each dataset
    in `at_least_one` one exemplar, if there is any; the datasets `balanced`, in turn; with
    `no_near_duplicates` no picture that looks like that of an exemplar drawn before.

    Raises UsageError for a number that is out of its range.
    """

    datasets: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    no_rare_boxes: bool = False
    min_area: float = 0
    min_side: float = 0
    exclude_val: bool = False
    per_image: int | None = None
    at_least_one: tuple[str, ...] = ()
    balanced: bool = False
    no_near_duplicates: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        for option, value in (("--min-area", self.min_area), ("--min-side", self.min_side)):
            if not value >= 0:
                raise UsageError(f"{option} is {value}; give 0 or more")
        if self.per_image is not None and self.per_image < 1:
            raise UsageError(f"--per-image is {self.per_image}; give 1 or more")

    @property
    def restrains(self) -> bool:
        """Tell whether what is drawn first bears on what may be drawn after."""
        return self.rearranges or self.no_near_duplicates

    @property
    def rearranges(self) -> bool:
        """Tell whether the order of the draw alone does not tell what stands among the first K."""
        return self.per_image is not None or bool(self.at_least_one) or self.balanced

    def given(self) -> dict[str, Any]:
        """Return what was asked for, by name, as JSON can hold it."""
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, (value, default) in values.items()
            if value != default
        }


@dataclass(frozen=True, slots=True)
class DrawOptions:
    """What to draw: `k` exemplars a category, and what to do where there are fewer.

    Raises UsageError for an option that is out of its range.
    """

    k: int = 5
    seed: int = 42
    method: str = "numpy"
    on_shortage: str = "error"
    weight: str = "area"
    choice: Filters = field(default_factory=Filters)
    vocabulary: str = LVIS_TRAIN
    part: PartitionFilter | None = None

    def __post_init__(self) -> None:
        """Check the options."""
        if self.k < 1:
            raise UsageError(f"-K is {self.k}; give 1 or more")
        if not 0 <= self.seed <= MAX_SEED:
            raise UsageError(f"--seed is {self.seed}; give 0 to {MAX_SEED}")
        _check("--method", self.method, METHODS)
        _check("--on-shortage", self.on_shortage, ON_SHORTAGE)
        _check("--weight", self.weight, WEIGHTS)

    @property
    def filters(self) -> dict[str, Any]:
        """Return what narrows the draw, as JSON can hold it."""
        return self.choice.given() | ({} if self.part is None else self.part.as_json())


def _check(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(f"{option} is {value}; give one of {', '.join(known)}")
