"""The figures of a report: each a plot, and its numbers in a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ovmr_index.errors import counted
from ovmr_index.pools.coverage import Coverage
from ovmr_index.pools.shapes import RATIOS, SIDES
from ovmr_index.report.contents import FEW, SHORT, Contents, by_frequency
from ovmr_index.report.plots import Named, class_names, histograms, long_tail, stacked_bars

_TAIL = (0, 1, FEW, 10, SHORT, 100, 300, 1_000, 3_000, 10_000)  # where classes of the tail begin


Row = Sequence[str | int | float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot, what it shows, the series that have colours in it, and its numbers."""

    named: Named
    drawing: str
    series: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Row]


def figures(contents: Contents) -> dict[str, Figure]:
    """Return the figures by key; those of boxes are left out where pools hold none."""
    found = [_frequencies(contents), _categories_of_datasets(contents), _tail(contents)]
    if contents.shapes:
        found += [_sides(contents), _ratios(contents)]
    return {one.named.key: one for one in found}


def _frequencies(contents: Contents) -> Figure:
    datasets, groups = contents.datasets, by_frequency(contents)
    bars = {name: _of_datasets(group, datasets) for name, group in groups.items()}
    named = Named(
        "frequencies",
        "Exemplars by frequency and dataset",
        f"One bar for each frequency of categories in {contents.vocabulary}, with one part for"
        f" each of {counted(len(datasets), 'dataset')}.",
    )
    rows: list[Row] = [
        (name, len(groups[name]), *parts, sum(parts), median(one.total for one in groups[name]))
        for name, parts in bars.items()
    ]
    columns = ("frequency", "categories", *datasets, "exemplars", "median a category")
    return Figure(named, stacked_bars(named, bars, datasets, "exemplars"), datasets, columns, rows)


def _categories_of_datasets(contents: Contents) -> Figure:
    """Return how many categories have exemplars of each dataset, and how many of it alone."""
    bars, rows = {}, []
    for dataset in contents.datasets:
        held = [one for one in contents.coverage if one.by_dataset[dataset]]
        alone = sum(one.by_dataset[dataset] == one.total for one in held)
        bars[dataset] = alone, len(held) - alone
        exemplars = sum(one.by_dataset[dataset] for one in held)
        rows.append((dataset, alone, len(held) - alone, len(held), exemplars))
    named = Named(
        "datasets",
        "Categories by dataset",
        "One bar for each dataset: the categories that have exemplars from it, those that have"
        " no others first.",
    )
    series = ("from it alone", "from others too")
    columns = ("dataset", *series, "categories", "exemplars")
    return Figure(named, stacked_bars(named, bars, series, "categories"), series, columns, rows)


def _tail(contents: Contents) -> Figure:
    totals = [one.total for one in contents.coverage]
    named = Named(
        "tail",
        "Exemplars a category: the long tail",
        f"The categories from the one with the most exemplars ({max(totals, default=0):,}) to"
        f" the one with the fewest ({min(totals, default=0):,}), on a logarithmic scale, with"
        f" lines at {FEW} and {SHORT}.",
    )
    axes = "categories, those with the most exemplars first", "exemplars"
    drawing = long_tail(named, totals, (FEW, SHORT), axes)
    return Figure(named, drawing, (), ("exemplars", "categories", "of all"), _tail_rows(totals))


def _tail_rows(totals: Sequence[int]) -> list[tuple[str, int, str]]:
    ends = [*pairwise(_TAIL), (_TAIL[-1], None)]
    rows = []
    for first, end in ends:
        held = sum(first <= total and (end is None or total < end) for total in totals)
        name = f"{first:,} or more" if end is None else _span(first, end - 1)
        rows.append((name, held, f"{100 * held / max(1, len(totals)):.1f} %"))
    while len(rows) > 1 and not rows[-1][1]:
        rows.pop()
    return rows


def _span(first: int, last: int) -> str:
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"


def _sides(contents: Contents) -> Figure:
    named = Named(
        "sides",
        "Sizes of boxes",
        "One histogram for each dataset: the boxes of its exemplars by the side of a square that"
        " is as large, in pixels.",
    )
    axis = "side of a square as large as the box, in pixels"
    counts = {one.dataset: one.sides for one in contents.shapes}
    return _histogram(contents, named, counts, [*map(str, SIDES)], axis)


def _ratios(contents: Contents) -> Figure:
    named = Named(
        "ratios",
        "Aspect ratios of boxes",
        "One histogram for each dataset: the boxes of its exemplars by width divided by height.",
    )
    edges = [f"{one.numerator}:{one.denominator}" for one in RATIOS]
    counts = {one.dataset: one.ratios for one in contents.shapes}
    return _histogram(contents, named, counts, edges, "width to height")


def _histogram(
    contents: Contents,
    named: Named,
    counts: dict[str, tuple[int, ...]],
    edges: Sequence[str],
    axis: str,
) -> Figure:
    colours = {name: number for number, name in enumerate(contents.datasets)}
    rows = [*zip(class_names(edges), *counts.values(), strict=True)]
    columns = (axis.split(",", maxsplit=1)[0].removesuffix(" as large as the box"), *counts)
    return Figure(named, histograms(named, counts, colours, edges, axis), (), columns, rows)


def _of_datasets(group: Sequence[Coverage], datasets: Sequence[str]) -> list[int]:
    return [sum(one.by_dataset[dataset] for one in group) for dataset in datasets]
