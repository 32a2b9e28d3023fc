"""The plots of a report, as SVG: colours are classes, which the page's style gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ovmr_index.report import svg
from ovmr_index.report.scales import LinearScale, LogScale

WIDTH = 480  # of every drawing, in its own units
_COLOURS = 6  # that the style has; more series begin with the first again
_LEFT = 140  # room for a name of 14 characters in a wide font
_RIGHT = 66
_BAR = 22
_PITCH = 34
_AXIS = 48  # below a plot: ticks and what they count


class Named(NamedTuple):
    """What a drawing is called, and what it says to those who do not see it."""

    key: str
    title: str
    description: str


def colour(number: int) -> str:
    """Return the class of the colour of a series."""
    return f"series-{number % _COLOURS + 1}"


def stacked_bars(
    named: Named, bars: Mapping[str, Sequence[int]], series: Sequence[str], axis: str
) -> str:
    """Return a bar for each name, of parts one behind the other, with its sum at the end.

    Args:
        named: What the drawing is called.
        bars: The numbers of a bar by its name, one for each of `series`.
        series: What the parts of a bar are.
        axis: What is counted.
    """
    height = _PITCH * len(bars) + _AXIS
    sums = [sum(parts) for parts in bars.values()]
    scale = LinearScale.up_to(max(sums, default=0), WIDTH - _LEFT - _RIGHT)
    drawn = [_vertical_grid(scale, height - _AXIS, axis)]
    for number, (name, parts) in enumerate(bars.items()):
        top, x = number * _PITCH + 6, float(_LEFT)
        middle = top + _BAR / 2 + 5
        drawn.append(svg.text(_cut(name), x=_LEFT - 8, y=middle, class_="name"))
        for index, value in enumerate(parts):
            width = scale.at(value)
            if value:
                says = f"{name}, {series[index]}: {value:,}" if series else f"{name}: {value:,}"
                drawn.append(svg.bar((x, top, width, _BAR), colour(index), says))
            x += width
        drawn.append(svg.text(f"{sums[number]:,}", x=x + 6, y=middle, class_="value"))
    return svg.drawing(*named, (WIDTH, height), *drawn)


def histograms(
    named: Named,
    panels: Mapping[str, Sequence[int]],
    colours: Mapping[str, int],
    edges: Sequence[str],
    axis: str,
) -> str:
    """Return a histogram for each name, one below the other, in parts of its sum.

    Args:
        named: What the drawing is called.
        panels: Numbers by class for each name: one class more than there are edges.
        colours: The number of the colour of each name.
        edges: Where one class ends and the next begins.
        axis: What the classes are of.
    """
    left, panel = 46, 118
    height = panel * len(panels) + _AXIS - 4
    shares = {name: _shares(counts) for name, counts in panels.items()}
    most = max((part for parts in shares.values() for part in parts), default=0)
    scale = LinearScale.up_to(most, panel - 36)
    step = (WIDTH - left - 10) / (len(edges) + 1)
    drawn = []
    for number, (name, counts) in enumerate(panels.items()):
        base = (number + 1) * panel - 4
        drawn.append(_horizontal_grid(scale, left, base))
        drawn.append(svg.text(_cut(name, 40), x=left, y=base - panel + 20, class_="panel"))
        for index, count in enumerate(counts):
            tall = scale.at(shares[name][index])
            box = (left + index * step + 1.5, base - tall, step - 3, tall)
            if count:
                says = f"{name}, {_between(edges, index)}: {count:,} ({shares[name][index]:.1f} %)"
                drawn.append(svg.bar(box, colour(colours[name]), says))
    base = panel * len(panels) - 4
    drawn += [
        svg.text(edge, x=left + (index + 1) * step, y=base + 17, class_="tick middle")
        for index, edge in enumerate(edges)
    ]
    drawn.append(svg.text(axis, x=(left + WIDTH - 10) / 2, y=height - 4, class_="axis middle"))
    return svg.drawing(*named, (WIDTH, height), *drawn)


def long_tail(
    named: Named, values: Sequence[int], limits: Sequence[int], axes: tuple[str, str]
) -> str:
    """Return numbers from the largest to the smallest on a logarithmic scale, 0 below 1.

    Args:
        named: What the drawing is called.
        values: The numbers, in any order.
        limits: Numbers that have a line across the plot.
        axes: What the numbers are of, and what they are.
    """
    left, top, height = 62, 30, 304
    base, right = height - _AXIS, WIDTH - 34
    scale = LogScale.up_to(max(values, default=1), base - top, 22)
    across = replace(LinearScale.up_to(len(values), right - left), top=max(1, len(values)))
    step = across.at(1)
    points = [(float(left), float(base))]
    for number, value in enumerate(sorted(values, reverse=True)):
        x, y = left + number * step, base - scale.at(value)
        if number and points[-1][1] != y:
            points.append((x, points[-1][1]))
        if not number or points[-1][1] != y:
            points.append((x, y))
    end = left + len(values) * step
    points += [(end, points[-1][1]), (end, float(base))]
    drawn = [svg.text(axes[1], x=left, y=18, class_="axis")]
    for tick in scale.ticks():
        y = base - scale.at(tick)
        drawn.append(svg.line(left, y, right, y, "grid"))
        drawn.append(svg.text(f"{tick:,}", x=left - 8, y=y + 4, class_="tick end"))
    drawn.append(svg.element("path", d=svg.polygon_path(points), class_="series-1 area"))
    for limit in limits:
        y = base - scale.at(limit)
        drawn.append(svg.line(left, y, right, y, "limit"))
        drawn.append(svg.text(f"{limit:,}", x=right + 4, y=y + 4, class_="limit"))
    for tick_across in across.ticks():
        x = left + across.at(tick_across)
        drawn.append(svg.text(f"{tick_across:,}", x=x, y=base + 17, class_="tick middle"))
    drawn.append(svg.text(axes[0], x=(left + right) / 2, y=height - 6, class_="axis middle"))
    return svg.drawing(*named, (WIDTH, height), *drawn)


def shares_bar(parts: Sequence[int]) -> str:
    """Return a small bar of parts of a whole, without text: the numbers are beside it."""
    width, x, drawn = 120, 0.0, []
    for number, share in enumerate(_shares(parts)):
        long = share / 100 * width
        if long:
            box = {"x": x, "y": 0, "width": long, "height": 10}
            drawn.append(svg.element("rect", **box, class_=colour(number)))
        x += long
    box_of_all = f"0 0 {width} 10"
    return svg.element("svg", *drawn, viewBox=box_of_all, class_="shares", aria_hidden="true")


def _vertical_grid(scale: LinearScale, height: float, axis: str) -> str:
    parts = []
    for tick in scale.ticks():
        x = _LEFT + scale.at(tick)
        parts.append(svg.line(x, 0, x, height, "grid"))
        parts.append(svg.text(f"{tick:,}", x=x, y=height + 17, class_="tick middle"))
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(svg.text(axis, x=middle, y=height + _AXIS - 6, class_="axis middle"))
    return "".join(parts)


def _horizontal_grid(scale: LinearScale, left: float, base: float) -> str:
    parts = []
    for tick in scale.ticks():
        y = base - scale.at(tick)
        parts.append(svg.line(left, y, WIDTH - 10, y, "grid"))
        parts.append(svg.text(f"{tick} %", x=left - 6, y=y + 4, class_="tick end"))
    return "".join(parts)


def _shares(counts: Sequence[int]) -> list[float]:
    """Return numbers as percents of their sum."""
    whole = sum(counts) or 1
    return [100 * count / whole for count in counts]


def _between(edges: Sequence[str], index: int) -> str:
    """Return what a class of a histogram is called."""
    if index == 0:
        return f"below {edges[0]}"
    return (
        f"{edges[index - 1]} and more"
        if index == len(edges)
        else (f"{edges[index - 1]} to {edges[index]}")
    )


def class_names(edges: Sequence[str]) -> list[str]:
    """Return what the classes of a histogram are called, in order."""
    return [_between(edges, index) for index in range(len(edges) + 1)]


def _cut(name: str, most: int = 14) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
