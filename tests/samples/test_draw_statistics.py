"""Inclusion frequencies over thousands of seeds against the theory of the draw.

A weighted draw without replacement takes one exemplar after the other, each with a chance in
proportion to its weight among those that are left (Efraimidis and Spirakis 2006). For small pools
the chance of every ordered outcome is a product that can be written down. The seeds are fixed, and
so is what they give: a limit that holds with probability 0.999 is met always or never.
"""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import permutations, product
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index.db.engine import reading
from ovmr_index.samples.options import DrawOptions
from ovmr_index.samples.sampler import Sampler
from tests.support.draws import BY
from tests.support.trees import TENCH, TreeBuilder, annotation, category

SIDES = (32, 64, 90, 200, 600)  # of boxes 32 pixels wide
K = 2
SEEDS = 16
COPIES = 100  # of the pool: each category draws for itself

# Thousands of draws; `test_stable.py` sees that each key is that of the theory.
pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

Outcome = tuple[int, ...]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Iterator[Connection]:
    """Return a connection on an index of categories with the same boxes."""
    keys = range(1, COPIES + 1)
    builder = TreeBuilder(tmp_path_factory.mktemp("statistics") / "datasets", few_synsets)
    builder.lvis(
        categories=[category(key, TENCH if key == 1 else f"kind_{key}.n.01") for key in keys],
        annotations=[
            annotation(100 * key + i, 1, key, bbox=[0, 0, 32, side])
            for key in keys
            for i, side in enumerate(SIDES)
        ],
    )
    index = builder.index()
    index.ingest()
    index.collate()
    with reading(index.engine) as connection:
        yield connection


@pytest.fixture(scope="module")
def found(connection: Connection) -> dict[str, Counter[Outcome]]:
    """Return how often each outcome came, of 1,600 draws by each kind of weight."""
    counts = {by: Counter[Outcome]() for by in BY}
    sampler = Sampler(connection)
    for by, seed in product(BY, range(SEEDS)):
        drawn = sampler.draw(1, DrawOptions(K, seed, "stable", weight=by))
        counts[by].update(tuple(one.positions) for one in drawn)
    return counts


def _chances(by: str) -> dict[Outcome, float]:
    """Return the chance of each ordered outcome."""
    weights = [BY[by](32.0 * side) for side in SIDES]
    chances = {}
    for outcome in permutations(range(len(SIDES)), K):
        chance, left = 1.0, sum(weights)
        for i in outcome:
            chance *= weights[i] / left
            left -= weights[i]
        chances[outcome] = chance
    return chances


@pytest.mark.parametrize("by", BY)
def test_outcomes_are_as_frequent_as_theory_says(
    found: dict[str, Counter[Outcome]], by: str
) -> None:
    counts, chances = found[by], _chances(by)
    assert math.isclose(sum(chances.values()), 1)
    assert counts.total() == SEEDS * COPIES
    assert counts.keys() <= chances.keys()
    expected = {outcome: counts.total() * chance for outcome, chance in chances.items()}
    distance = sum((counts[one] - n) ** 2 / n for one, n in expected.items())
    assert distance < 43.82  # chi-square of 19 degrees of freedom: 0.999


@pytest.mark.parametrize("by", BY)
def test_each_is_included_as_often_as_theory_says(
    found: dict[str, Counter[Outcome]], by: str
) -> None:
    draws = found[by].total()
    for i in range(len(SIDES)):
        chance = sum(chance for outcome, chance in _chances(by).items() if i in outcome)
        included = sum(count for outcome, count in found[by].items() if i in outcome)
        spread = math.sqrt(draws * chance * (1 - chance))
        assert abs(included - draws * chance) < 3.9 * spread  # 0.9999 of all times


def test_categories_draw_independently(connection: Connection) -> None:
    """Cross the first picks of two categories that have the same pool."""
    crossed: Counter[Outcome] = Counter()
    sampler = Sampler(connection)
    for seed in range(SEEDS):
        drawn = sampler.draw(1, DrawOptions(1, seed, "stable", weight="even"))
        firsts = [one.positions[0] for one in drawn]
        crossed.update(zip(firsts[::2], firsts[1::2], strict=True))
    expected = crossed.total() / len(SIDES) ** 2
    distance = sum(
        (crossed[a, b] - expected) ** 2 / expected
        for a in range(len(SIDES))
        for b in range(len(SIDES))
    )
    assert distance < 51.18  # chi-square of 24 degrees of freedom: 0.999
