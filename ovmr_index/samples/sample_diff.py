"""How two saved samples differ."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple

from ovmr_index.samples.saved_queries import SavedPick


class SampledExemplar(NamedTuple):
    """An exemplar of a category, by what names it in any index."""

    category_id: int
    dataset: str
    file_name: str
    region_id: int | None


@dataclass(frozen=True, slots=True)
class SampleDiff:
    """How many exemplars two samples have in common, and those that only one of them has.

    They are the `same` if they hold the same exemplars in the same order.
    """

    common: int
    same: bool
    only_a: list[SampledExemplar]
    only_b: list[SampledExemplar]

    def as_json(self) -> dict[str, object]:
        """Return the difference as `sample diff --json` prints it."""
        only = {"only_a": self.only_a, "only_b": self.only_b}
        return asdict(self) | {key: [one._asdict() for one in held] for key, held in only.items()}


def compare_samples(a: list[SavedPick], b: list[SavedPick]) -> SampleDiff:
    """Return how the picks of two samples differ; an exemplar may be in one several times."""
    held_a, held_b = _count(a), _count(b)
    return SampleDiff(
        common=(held_a & held_b).total(),
        same=a == b,
        only_a=list((held_a - held_b).elements()),
        only_b=list((held_b - held_a).elements()),
    )


def _count(picks: Iterable[SavedPick]) -> Counter[SampledExemplar]:
    return Counter(
        SampledExemplar(pick.category_id, pick.dataset, pick.file_name, pick.region_id)
        for pick in picks
    )
