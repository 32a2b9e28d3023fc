"""Make the figure of docs/sampling.md: how often the stable draw takes a box, against its area.

Many categories get a pool of the same twelve boxes, and each of them is drawn with several seeds.
Dots are how often a box was among the K that were drawn; lines are what theory says.

    python scripts/make_sampling_figure.py --output docs/sampling.svg
"""

import argparse
import json
import math
import tempfile
from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from ovmr_index import DrawOptions, Index

AREAS = tuple(2_000 * 3 ** (step / 2) for step in range(12))  # square pixels
K = 3
CATEGORIES = 400
SEEDS = range(5)
WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 24, 52  # margins


class Series(NamedTuple):
    """A way to weigh boxes: what it makes of an area, and its colour."""

    weight: str
    exponent: float
    colour: str


ALL_SERIES = (
    Series("area", 1.0, "#0b6fa4"),
    Series("side", 0.5, "#c2571a"),
    Series("even", 0.0, "#4d7f2c"),
)


def make_index(root: Path) -> Index:
    """Return an index of categories that all have the same boxes."""
    keys = range(1, CATEGORIES + 1)
    annotations = [
        {
            "id": 100 * key + i,
            "image_id": 1,
            "category_id": key,
            "bbox": [0, 0, 100, area / 100],
            "area": area,
        }
        for key in keys
        for i, area in enumerate(AREAS)
    ]
    url = "http://images.cocodataset.org/train2017/000000000001.jpg"
    content = {
        "images": [{"id": 1, "coco_url": url, "width": 100, "height": 10_000}],
        "annotations": annotations,
        "categories": [
            {"id": key, "name": f"{key}", "synset": f"box_{key}.n.01", "frequency": "f"}
            for key in keys
        ],
    }
    (root / "lvis").mkdir()
    (root / "lvis" / "lvis_v1_train.json").write_text(json.dumps(content), encoding="utf-8")
    index = Index.open(root)
    index.ingest()
    return index


def measured(index: Index, weight: str) -> list[float]:
    """Return how often each box was among the K of a draw, from 0 to 1."""
    drawn: Counter[int] = Counter()
    for seed in SEEDS:
        for category in index.sample(DrawOptions(K, seed, "stable", weight=weight)):
            drawn.update((pick.region_id or 0) % 100 for pick in category.exemplars)
    return [drawn[i] / (len(SEEDS) * CATEGORIES) for i in range(len(AREAS))]


def expected(exponent: float) -> list[float]:
    """Return the chance of each box to be among K that are taken one after the other by weight."""
    weights = [area**exponent for area in AREAS]
    chances = [0.0] * len(AREAS)
    for outcome in permutations(range(len(AREAS)), K):
        chance, left = 1.0, sum(weights)
        for i in outcome:
            chance *= weights[i] / left
            left -= weights[i]
        for i in outcome:
            chances[i] += chance
    return chances


def at_x(area: float) -> float:
    """Return where an area is, on a logarithmic scale."""
    share = math.log(area / AREAS[0]) / math.log(AREAS[-1] / AREAS[0])
    return LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 24)


def at_y(frequency: float) -> float:
    """Return where a frequency is."""
    return HEIGHT - BOTTOM - frequency * (HEIGHT - TOP - BOTTOM)


def axes() -> list[str]:
    """Return the two axes with their scales."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    lines = [f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="#333"/>']
    for percent in range(0, 101, 20):
        y = at_y(percent / 100)
        lines += [
            f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>',
        ]
    for area in (2_000, 10_000, 50_000, 250_000, 800_000):
        x = at_x(area)
        lines += [
            f'<path d="M{x:.1f} {bottom}v5" stroke="#333"/>',
            f'<text x="{x:.1f}" y="{bottom + 19}" text-anchor="middle">{area:,}</text>',
        ]
    middle = (LEFT + right) / 2
    lines += [
        f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">'
        "area of the box, square pixels</text>",
        f'<text x="{LEFT}" y="{TOP - 9}">'
        f"how often a box is among {K} that are drawn of {len(AREAS)}</text>",
    ]
    return lines


def curve(series: Series, number: int, frequencies: list[float]) -> list[str]:
    """Return the line, the dots and the legend of a series."""
    points = " ".join(
        f"{at_x(area):.1f},{at_y(chance):.1f}"
        for area, chance in zip(AREAS, expected(series.exponent), strict=True)
    )
    y = TOP + 18 + 20 * number
    return [
        f'<polyline points="{points}" fill="none" stroke="{series.colour}" stroke-width="1.5"/>',
        *(
            f'<circle cx="{at_x(area):.1f}" cy="{at_y(frequency):.1f}" r="3.5"'
            f' fill="{series.colour}"/>'
            for area, frequency in zip(AREAS, frequencies, strict=True)
        ),
        f'<circle cx="{LEFT + 24}" cy="{y - 4}" r="3.5" fill="{series.colour}"/>',
        f'<text x="{LEFT + 36}" y="{y}">--weight {series.weight}</text>',
    ]


def make_figure() -> str:
    """Return the figure as SVG; the same at every run."""
    lines = axes()
    with tempfile.TemporaryDirectory() as folder:
        index = make_index(Path(folder))
        for number, series in enumerate(ALL_SERIES):
            lines += curve(series, number, measured(index, series.weight))
    text = "\n".join(f"  {line}" for line in lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' font-family="sans-serif" font-size="12" fill="#222">\n'
        f'  <rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n{text}\n</svg>\n'
    )


def main() -> None:
    """Write the figure."""
    parser = argparse.ArgumentParser(description="Make the figure of docs/sampling.md.")
    parser.add_argument("--output", type=Path, required=True, help="the SVG file to write")
    arguments = parser.parse_args()
    arguments.output.write_text(make_figure(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
