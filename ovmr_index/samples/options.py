"""What to draw: how many, which exemplars of the pools, and which of them may stand together."""

import operator
from dataclasses import asdict, dataclass, field, fields
from numbers import Integral, Real
from typing import Any, Literal, get_args

from ovmr_index.errors import UsageError, option, shortened
from ovmr_index.storage.paths import short_name
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.vocabularies.partition_filter import PartitionFilter

Method = Literal["numpy", "stable"]
Weight = Literal["area", "side", "even"]
OnShortage = Literal["error", "repeat", "take-all"]

METHODS: tuple[Method, ...] = get_args(Method)
WEIGHTS: tuple[Weight, ...] = get_args(Weight)
ON_SHORTAGE: tuple[OnShortage, ...] = get_args(OnShortage)
MAX_SEED = 2**63 - 1
MAX_K = 1_000_000_000
MAX_REPEATED = 2_000_000  # exemplars of all categories, where some are taken again
DEFAULT_SEED = 42


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a draw; nothing does by default.

    Before the draw: only `datasets` and `splits`, by name (none for all); no LVIS boxes for rare
    categories; boxes of at least `min_area` square pixels whose sides both are at least `min_side`
    pixels. A whole image has no box, and passes. With `exclude_val` no image that LVIS val shows,
    as far as the index knows.

    In the draw, for each category: at most `per_image` exemplars from one image; of each dataset in
    `at_least_one` one exemplar, if there is any; the datasets `balanced`, in turn; with
    `no_near_duplicates` no image that looks like that of an exemplar drawn before.

    Raises:
        UsageError: A number is out of its range, or none.
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
        """Check the numbers, and make those of other libraries Python's own."""
        for name in ("min_area", "min_side"):
            value = _number(option(name), getattr(self, name))
            if not value >= 0:
                raise UsageError(f"{option(name)} is {value}; give 0 or more")
            object.__setattr__(self, name, value)
        if self.per_image is not None:
            object.__setattr__(self, "per_image", whole_number(option("per_image"), self.per_image))
            if self.per_image < 1:
                raise UsageError(f"{option('per_image')} is {self.per_image}; give 1 or more")

    @property
    def restrains(self) -> bool:
        """Return whether what is drawn first bears on what may be drawn after."""
        return self.rearranges or self.no_near_duplicates

    @property
    def rearranges(self) -> bool:
        """Return whether more than the order of the draw decides what is among the first K."""
        return self.per_image is not None or bool(self.at_least_one) or self.balanced

    def as_json(self) -> dict[str, Any]:
        """Return what was asked for, by name."""
        values = {field.name: (getattr(self, field.name), field.default) for field in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, (value, default) in values.items()
            if value != default
        }


@dataclass(frozen=True, slots=True)
class DrawOptions:
    """What to draw: `k` exemplars a category, and what to do where there are fewer.

    Attributes:
        k: Exemplars of each category; with `repeat` not more than make 2,000,000 of all.
        seed: Another seed gives another draw.
        method: `numpy` is the published draw, `stable` is the same in every index.
        on_shortage: Where a category has fewer than `k`: `error` stops, `repeat` takes some again,
            `take-all` takes what there is.
        weight: Draw by the `area` of boxes, by its square root (`side`), or all alike (`even`).
        filters: What narrows the draw.
        vocabulary: The vocabulary whose categories are drawn for.
        partition_filter: Only some of these categories; None for all.
        ignore_curation: Draw as if no exemplar were excluded or pinned.

    Raises:
        UsageError: An option is out of its range.
    """

    k: int = 5
    seed: int = DEFAULT_SEED
    method: str = "numpy"
    on_shortage: str = "error"
    weight: str = "area"
    filters: Filters = field(default_factory=Filters)
    vocabulary: str = LVIS_TRAIN
    partition_filter: PartitionFilter | None = None
    ignore_curation: bool = False

    def __post_init__(self) -> None:
        """Check the options, and make numbers of other libraries Python's own."""
        object.__setattr__(self, "k", whole_number(option("k", flag="-K"), self.k))
        object.__setattr__(self, "seed", whole_number(option("seed"), self.seed))
        if self.k < 1:
            raise UsageError(f"{option('k', flag='-K')} is {self.k}; give 1 or more")
        if self.k > MAX_K:
            raise UsageError(f"{option('k', flag='-K')} is above {MAX_K:,}; give less")
        if not 0 <= self.seed <= MAX_SEED:
            raise UsageError(f"{option('seed')} is {self.seed}; give 0 to {MAX_SEED}")
        check_choice(option("method"), self.method, METHODS)
        check_choice(option("on_shortage"), self.on_shortage, ON_SHORTAGE)
        check_choice(option("weight"), self.weight, WEIGHTS)

    def filters_as_json(self) -> dict[str, Any]:
        """Return what narrows the draw, by name: only what was asked for."""
        part = {} if self.partition_filter is None else self.partition_filter.as_json()
        return self.filters.as_json() | part

    def as_json(self) -> dict[str, Any]:
        """Return the options by name; of what narrows the draw only what was asked for.

        What marks did is known by their fingerprint.
        """
        values = asdict(self)
        for name in ("filters", "partition_filter", "ignore_curation"):
            del values[name]
        return values | {"filters": self.filters_as_json()}

    def made_name(self) -> str:
        """Return a name for a sample that says every option which is not the published one.

        One that is too long for a file's ends in a hash of the rest.
        """
        more = [one for one in (self.on_shortage, self.weight) if one not in ("error", "area")]
        for key, value in self.filters_as_json().items():
            text = "+".join(value) if isinstance(value, list) else f"{value}"
            more.append(key if value is True else f"{key}-{text}")
        if self.ignore_curation:
            more.append("ignore_curation")
        first = [] if self.vocabulary == LVIS_TRAIN else [self.vocabulary]
        draw = f"K-{self.k:03d}_seed-{self.seed}_{self.method}"
        return short_name("_".join((*first, draw, *more)))


def whole_number(name: str, value: Any) -> int:
    """Return a whole number of any type, as numpy's; what is true or false is none.

    Raises UsageError, which names the option, for anything else.
    """
    try:
        if not isinstance(value, bool):
            return operator.index(value)
    except TypeError:
        pass
    raise UsageError(f"{name} is {shortened(repr(value))}; give a whole number")


def _number(name: str, value: Any) -> float:
    """Return a number of any type: a whole one as such."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise UsageError(f"{name} is {shortened(repr(value))}; give a number")
    return whole_number(name, value) if isinstance(value, Integral) else float(value)


def check_choice(name: str, value: str, known: tuple[str, ...]) -> None:
    """Raise UsageError, which names the option, for a value that is none of those known."""
    if value not in known:
        raise UsageError(f"{name} is {value}; give one of {', '.join(known)}")
