"""How two saved samples differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from ovmr_index.samples.saved_queries import SavedPick
from ovmr_index.shown.readable import Readable, ShownTable, Summary
from ovmr_index.vocabularies.kept_categories import KeptCategory, follow


class SampledExemplar(NamedTuple):
    """An exemplar of a category, by what names it in any index."""

    category_id: int
    dataset: str
    file_name: str
    region_id: int | None


Box = tuple[Any, ...]  # x, y, w and h, None for those of a whole image
_Category = tuple[bool, int]  # whether only the second sample has it, and its id


@dataclass(frozen=True, slots=True, repr=False)
class SampleDiff(Readable):
    """How many exemplars two samples have in common, and those that only one of them has.

    They are the `same` if they hold the same exemplars in the same order. An exemplar has the
    category id of its own sample. One that both only-lists name has another category or another box
    under the same ids.
    """

    common: int
    same: bool
    only_a: list[SampledExemplar]
    only_b: list[SampledExemplar]

    def summary(self) -> Summary:
        """Return how many exemplars both have, and which only one has."""
        only = (("only the first has", self.only_a), ("only the second has", self.only_b))
        counts = ", ".join(f"{len(held):,} {name}" for name, held in only)
        said = "the same" if self.same else counts
        columns = ("category id", "dataset", "file", "region id")
        tables = tuple(ShownTable(f"exemplars that {name}", columns, held) for name, held in only)
        return Summary(f"{self.common:,} in common, {said}", tables)

    def as_json(self) -> dict[str, object]:
        """Return the difference as `sample diff --json` prints it."""
        only = {"only_a": self.only_a, "only_b": self.only_b}
        return asdict(self) | {key: [one._asdict() for one in held] for key, held in only.items()}


class ComparedSample(NamedTuple):
    """What samples are compared by: their categories as they were called, their picks and boxes."""

    categories: Sequence[KeptCategory]
    picks: Sequence[SavedPick]
    boxes: Sequence[Box]


class _Held(NamedTuple):
    """An exemplar of a category by its id in the first sample, where that has it."""

    category: _Category
    dataset: str
    file_name: str
    region_id: int | None
    box: Box


def compare_samples(a: ComparedSample, b: ComparedSample) -> SampleDiff:
    """Return how two samples differ; an exemplar may be in one several times.

    A category is the same by its name and synset, whatever its id. A box with other numbers is
    another exemplar, whatever its id.
    """
    followed = follow(b.categories, a.categories).ids
    ids_a: dict[int, _Category] = {}
    ids_b = {key: (False, now) for key, now in followed.items()}
    places_a, places_b = _places(a, ids_a, False), _places(b, ids_b, True)
    held_a, held_b = Counter(places_a.values()), Counter(places_b.values())
    own_a = {category: key for key, category in ids_a.items()}
    own_b = {category: key for key, category in ids_b.items()}
    return SampleDiff(
        common=(held_a & held_b).total(),
        same=places_a == places_b,
        only_a=[_exemplar(one, own_a) for one in (held_a - held_b).elements()],
        only_b=[_exemplar(one, own_b) for one in (held_b - held_a).elements()],
    )


def _places(
    sample: ComparedSample, ids: dict[int, _Category], is_second: bool
) -> dict[tuple[_Category, int], _Held]:
    """Return what a sample holds, by category and position; add the categories to `ids`."""
    found = {}
    for pick, box in zip(sample.picks, sample.boxes, strict=True):
        category = ids.setdefault(pick.category_id, (is_second, pick.category_id))
        held = _Held(category, pick.dataset, pick.file_name, pick.region_id, box)
        found[category, pick.position] = held
    return found


def _exemplar(held: _Held, ids: Mapping[_Category, int]) -> SampledExemplar:
    return SampledExemplar(ids[held.category], held.dataset, held.file_name, held.region_id)
