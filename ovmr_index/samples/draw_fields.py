"""The options of a draw as keywords: those of `DrawOptions` and of its `Filters` side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, TypedDict

from ovmr_index.errors import UsageError, shortened, unknown
from ovmr_index.samples.options import DrawOptions, Filters
from ovmr_index.vocabularies.partition_filter import PartitionFilter


class DrawFields(TypedDict, total=False):
    """Each is a field of `DrawOptions` or of `Filters`, and means what it means there."""

    k: int
    seed: int
    method: str
    on_shortage: str
    weight: str
    filters: Filters
    vocabulary: str
    partition_filter: PartitionFilter | None
    ignore_curation: bool
    datasets: Sequence[str]
    splits: Sequence[str]
    no_rare_boxes: bool
    min_area: float
    min_side: float
    exclude_val: bool
    per_image: int | None
    at_least_one: Sequence[str]
    balanced: bool
    no_near_duplicates: bool


_FILTERS = [field.name for field in fields(Filters)]
_LISTS = ("datasets", "splits", "at_least_one")


def draw_options(options: DrawOptions | None, given: DrawFields) -> DrawOptions:
    """Return the options of a draw, which are given as one object or as keywords.

    A name in the place of a list of names is a list of one.

    Raises:
        UsageError: Both are given, a keyword is no option, or an option is out of its range.
    """
    if not isinstance(options, DrawOptions | None):
        raise UsageError(f"{shortened(repr(options))} is no DrawOptions; give keywords, as in k=3")
    values: dict[str, Any] = dict(given)
    for name in values:
        if name not in DrawFields.__annotations__:
            see = f"the options are {', '.join(DrawFields.__annotations__)}"
            raise unknown("option of a draw", name, DrawFields.__annotations__, see=see)
    if not values:
        return options or DrawOptions()
    if options is not None:
        raise UsageError(f"{next(iter(values))}= is given beside DrawOptions; give it to these")
    narrowing = {name: values.pop(name) for name in _FILTERS if name in values}
    if not narrowing:
        return DrawOptions(**values)
    if "filters" in values:
        raise UsageError(f"{next(iter(narrowing))}= is given beside filters=; give it to these")
    return DrawOptions(filters=Filters(**{**narrowing, **_lists(narrowing)}), **values)


def _lists(values: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the lists of names among values, as filters have them."""
    found = {name: values[name] for name in _LISTS if name in values}
    for name, value in found.items():
        if not isinstance(value, Iterable):
            raise UsageError(f"{name}= is {shortened(repr(value))}; give a list of names")
    return {
        name: (value,) if isinstance(value, str) else tuple(value) for name, value in found.items()
    }
