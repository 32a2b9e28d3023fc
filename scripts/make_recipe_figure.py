"""Make the figure of docs/recipe.md: how the pool of a category comes to be, with real counts.

Each step of the recipe is a row: what is labelled with the synset, what the step takes of it, and
where that is in the pool. The draw of K exemplars is beside the pool. Counts are those of an index
with the demo's tree.

    python scripts/make_recipe_figure.py --root demo --output docs/images/recipe.svg
"""

import argparse
from pathlib import Path
from typing import NamedTuple

from ovmr_index import DrawOptions, Index
from ovmr_index.pools.recipe import Step

CATEGORY = "beachball"  # every step of the recipe leaves its mark on it
DRAW = DrawOptions()  # the published one: K = 5, seed 42
WIDTH, TOP, ROW, CARD = 880, 78, 66, 52  # pixels
CARDS, RULES, POOL, PICKS = (16, 168), (240, 260), (556, 126), (744, 120)  # left edge and width
DATASETS = {"lvis": "LVIS train", "imagenet21k": "ImageNet-21K", "visual_genome": "Visual Genome"}
STYLE = """
    text { fill: #1f2933 } .quiet { fill: #52606d } .out { fill: #b42318 }
    .strong { font-weight: 600 } .paper { fill: #fff }
    .card { fill: #f3f5f7; stroke: #cbd2d9 } .line { stroke: #7b8794; fill: none }
    .lvis { fill: #d6e8f5; stroke: #0b6fa4 } .imagenet21k { fill: #fbe3d6; stroke: #c2571a }
    .visual_genome { fill: #e1ecd8; stroke: #4d7f2c }
    @media (prefers-color-scheme: dark) {
      text { fill: #e4e7eb } .quiet { fill: #9aa5b1 } .out { fill: #ff9b8f }
      .paper { fill: #1b1f24 } .card { fill: #262c33; stroke: #4a5560 }
      .lvis { fill: #12374d; stroke: #5db4e3 } .imagenet21k { fill: #4d2a16; stroke: #f0935b }
      .visual_genome { fill: #27401a; stroke: #93c56d }
    }
"""

TAKEN = """
SELECT min(position) AS first, count(*) AS taken FROM exemplars
WHERE category = :category AND dataset = :dataset
AND (synset <> category_synset) = (:of = 'substitutes')
"""
BOXES = "SELECT count(*) FROM boxes WHERE {label} AND dataset = :dataset AND {split}"
IMAGES = "SELECT count(*) FROM image_files WHERE synset = :synset AND dataset = :dataset"


class Row(NamedTuple):
    """What a step finds of a synset, and what it takes, from a position of the pool on."""

    step: Step
    synset: str
    candidates: int
    first: int
    taken: int


def count(index: Index, query: str, **values: str) -> int:
    """Return the one number that a query gives."""
    with index.sql(query, values) as result:
        return int(next(iter(result.rows))[0])


def count_candidates(index: Index, step: Step, synset: str) -> int:
    """Return how many boxes or images of a step's dataset are labelled with a synset."""
    if step.take == "pictures":
        return count(index, IMAGES, synset=synset, dataset=step.dataset)
    split = "split = 'train'" if step.splits else "true"
    query = BOXES.format(label="synset = :synset", split=split)
    return count(index, query, synset=synset, dataset=step.dataset)


def find_rows(index: Index) -> list[Row]:
    """Return the steps of the recipe of the pools, as they are for the category."""
    own = index.exemplars(CATEGORY)[0].category_synset
    recipe = index.pools.recipe()
    (substitute,) = recipe.all_substitutes()[own]
    rows = []
    for step in recipe.all_steps():
        synset = substitute if step.of == "substitutes" else own
        values = {"category": CATEGORY, "dataset": step.dataset, "of": step.of}
        with index.sql(TAKEN, values) as result:
            first, taken = next(iter(result.rows))
        rows.append(Row(step, synset, count_candidates(index, step, synset), first or 0, taken))
    return rows


def text(x: float, y: float, words: str, style: str = "", anchor: str = "start") -> str:
    """Return a line of text."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<text x="{x:g}" y="{y:g}" class="{style}" text-anchor="{anchor}">{escaped}</text>'


def card(
    at: tuple[int, int], y: float, style: str, upper: str, lower: str, lower_style: str = "quiet"
) -> list[str]:
    """Return a box with two centred lines of text."""
    left, width = at
    middle = left + width / 2
    return [
        f'<rect x="{left}" y="{y:g}" width="{width}" height="{CARD}" rx="6" class="{style}"/>',
        text(middle, y + 22, upper, "strong", "middle"),
        text(middle, y + 40, lower, lower_style, "middle"),
    ]


def arrow(left: float, right: float, y: float, number: int) -> list[str]:
    """Return an arrow with a number above it."""
    path = f"M{left:g} {y:g}H{right:g}m-6 -4l6 4l-6 4"
    return [
        f'<path d="{path}" class="line"/>',
        text((left + right) / 2, y - 7, str(number), "strong", "middle"),
    ]


def rule_of(step: Step) -> str:
    """Return in a few words what a step takes."""
    if step.take == "pictures":
        return "*.JPEG of train, or of small classes"
    if step.area_over is not None:
        return f"boxes with a mask over {step.area_over:,g} px²"
    boxes = f"boxes from {step.min_area:,g} px²"
    return f"{boxes}, pool under {step.below}" if step.below else boxes


def left_out(row: Row) -> str:
    """Return what a step did not take, and why."""
    dropped = row.candidates - row.taken
    if not row.candidates:
        return "nothing has this label"
    if not dropped:
        return "all of them"
    return f"{dropped} {'in val' if row.step.take == 'pictures' else 'too small'}"


def draw_row(number: int, row: Row) -> list[str]:
    """Return a step: its dataset, its rule and its place in the pool."""
    y = TOP + number * ROW
    middle, dataset = y + CARD / 2, row.step.dataset
    style = "out" if row.candidates > row.taken else "quiet"
    lines = [
        *card(CARDS, y, dataset, f"{number + 1}. {DATASETS[dataset]}", row.synset),
        *arrow(sum(CARDS), RULES[0], middle, row.candidates),
        *card(RULES, y, "card", rule_of(row.step), left_out(row), style),
        *arrow(sum(RULES), POOL[0], middle, row.taken),
    ]
    if row.taken:
        weight = "weight 10,000" if row.step.take == "pictures" else "weight w * h"
        where = f"{row.first} to {row.first + row.taken - 1}"
        lines += card(POOL, y, dataset, where, weight)
    return lines


def draw_picks(index: Index, rows: list[Row]) -> list[str]:
    """Return the sum of the pool and the exemplars that the published draw takes of it."""
    pool = index.exemplars(CATEGORY)
    (drawn,) = (one for one in index.sample(DRAW) if one.category_id == pool[0].category_id)
    places = {(one.dataset, one.file_name, one.region_id): at for at, one in enumerate(pool)}
    bottom = TOP + len(rows) * ROW
    right, height = sum(POOL) + 6, 46
    lines = [
        text(POOL[0] + POOL[1] / 2, bottom + 8, f"{len(pool)} exemplars", "strong", "middle"),
        f'<path d="M{right} {TOP}h6V{bottom - ROW + CARD}h-6" class="line"/>',
        *arrow(right + 6, PICKS[0], TOP + (bottom - TOP - ROW + CARD) / 2, DRAW.k),
    ]
    for rank, one in enumerate(drawn.exemplars):
        place = places[one.dataset, one.file_name, one.region_id]
        y = TOP + rank * ROW + (CARD - height) / 2
        lines += [
            f'<rect x="{PICKS[0]}" y="{y:g}" width="{PICKS[1]}" height="{height}" rx="23"'
            f' class="{one.dataset}"/>',
            text(
                PICKS[0] + PICKS[1] / 2, y + 28, f"{rank + 1}. position {place}", "strong", "middle"
            ),
        ]
    return lines


def make_figure(index: Index) -> str:
    """Return the figure as SVG; the same for every index of the same tree."""
    rows = find_rows(index)
    heads = (
        (CARDS, "labelled with the synset"),
        (RULES, "what the step takes"),
        (POOL, "pool, in this order"),
        (PICKS, f"draw, seed {DRAW.seed}"),
    )
    lines = [
        text(CARDS[0], 28, f"The pool of “{CATEGORY}”, and the draw of K = {DRAW.k}", "strong")
    ]
    lines += [text(left + wide / 2, 60, words, "quiet", "middle") for (left, wide), words in heads]
    for number, row in enumerate(rows):
        lines += draw_row(number, row)
    lines += draw_picks(index, rows)
    height = TOP + len(rows) * ROW + 26
    body = "\n".join(f"  {line}" for line in lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' font-family="sans-serif" font-size="13">\n  <style>{STYLE}  </style>\n'
        f'  <rect width="{WIDTH}" height="{height}" rx="8" class="paper"/>\n{body}\n</svg>\n'
    )


def main() -> None:
    """Write the figure."""
    parser = argparse.ArgumentParser(description="Make the figure of docs/recipe.md.")
    parser.add_argument("--root", type=Path, required=True, help="the demo's tree, with its index")
    parser.add_argument("--output", type=Path, required=True, help="the SVG file to write")
    arguments = parser.parse_args()
    with Index.open(arguments.root) as index:
        figure = make_figure(index)
    arguments.output.write_text(figure, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
