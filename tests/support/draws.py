"""Draws in plain Python: what the contract says of them, over pools as SQL shows them.

Nothing of this comes from the program but the view `exemplars` and the table of images.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from ovmr_index import Index
from ovmr_index.samples.exemplars import CategoryExemplars
from tests.support.contents import rows_of

POOLS = """
SELECT category_id, category_synset, frequency, position, dataset, split, file_name, region_id,
    weight, w, h, coco_id
FROM exemplars
LEFT JOIN (SELECT datasets.name AS of_dataset, images.key, images.coco_id FROM images
    JOIN sources ON sources.pk = source_pk JOIN datasets ON datasets.pk = dataset_pk)
ON of_dataset = dataset AND key = image_id
ORDER BY category_id, position
"""

By = Callable[[float], float]
BY: dict[str, By] = {
    "area": lambda weight: weight,
    "side": lambda weight: math.sqrt(max(weight, 0)),
    "even": lambda _: 1.0,
}


class Entry(NamedTuple):
    """An exemplar of a pool."""

    category_id: int
    synset: str
    frequency: str
    position: int
    dataset: str
    split: str | None
    file_name: str
    region_id: int | None
    weight: float
    w: float | None
    h: float | None
    coco_id: int | None

    @property
    def names(self) -> tuple[str, str, int | None]:
        """Return what names it in any index."""
        return self.dataset, self.file_name, self.region_id

    @property
    def image(self) -> object:
        """Return what is equal for exemplars on one image."""
        return (self.dataset, self.file_name) if self.coco_id is None else self.coco_id


Pool = list[Entry]


def read_pools(index: Index) -> dict[int, Pool]:
    """Return the pool of each category that has one, by its id."""
    entries = [Entry._make(row) for row in rows_of(index, POOLS)]
    return {key: list(pool) for key, pool in groupby(entries, lambda entry: entry.category_id)}


def picked(sample: Iterable[CategoryExemplars]) -> dict[int, list[tuple[str, str, int | None]]]:
    """Return what a sample drew by what names it in any index, of each category."""
    return {
        one.category_id: [(pick.dataset, pick.file_name, pick.region_id) for pick in one.exemplars]
        for one in sample
    }


def stable_order(pool: Pool, seed: int, by: str = "area") -> Pool:
    """Return a pool in the order of the stable draw, without what has no weight."""
    return sorted(
        (entry for entry in pool if BY[by](entry.weight) > 0),
        key=lambda entry: (_stable_key(entry, seed, by), _text(entry, seed)),
    )


def numpy_order(pool: Pool, seed: int, by: str = "area") -> Pool:
    """Return a pool in numpy's order, drawn as a whole, without what has no weight."""
    weights = np.array([max(BY[by](entry.weight), 0.0) for entry in pool])
    size = np.count_nonzero(weights)
    generator = np.random.default_rng(seed)
    chosen = generator.choice(len(pool), size=size, p=weights / weights.sum(), replace=False)
    return [pool[i] for i in chosen]


def restrained(
    order: Pool,
    *,
    per_image: int | None = None,
    at_least_one: Iterable[str] = (),
    balanced: bool = False,
) -> Pool:
    """Return an order with its restraints, one exemplar after the other."""
    wanted, best = set(at_least_one), []
    for entry in order:
        if entry.dataset in wanted:
            wanted.remove(entry.dataset)
            best.append(entry)
    order = best + [entry for entry in order if entry not in best]
    on_image: Counter[object] = Counter()
    kept = []
    for entry in order:
        on_image[entry.image] += 1
        if per_image is None or on_image[entry.image] <= per_image:
            kept.append(entry)
    if balanced:
        of_dataset: Counter[str] = Counter()
        turns: list[tuple[bool, int, int, Any]] = []
        for rank, entry in enumerate(kept):
            turns.append((entry not in best, of_dataset[entry.dataset], rank, entry))
            of_dataset[entry.dataset] += 1
        kept = [entry for *_, entry in sorted(turns)]
    return kept


def _text(entry: Entry, seed: int) -> str:
    region = "" if entry.region_id is None else entry.region_id
    return f"{seed}|{entry.synset}|{entry.dataset}|{entry.file_name}|{region}"


def _stable_key(entry: Entry, seed: int, by: str) -> float:
    n = int(hashlib.md5(_text(entry, seed).encode("utf-8")).hexdigest()[:13], 16)
    return -math.log((n + 0.5) / 2**52) / BY[by](entry.weight)


ORDERS = {"numpy": numpy_order, "stable": stable_order}
DATASETS = ("imagenet21k", "lvis", "visual_genome")
RESTRAINTS = st.fixed_dictionaries(
    {
        "per_image": st.none() | st.integers(1, 4),
        "at_least_one": st.sets(st.sampled_from(DATASETS)).map(sorted).map(tuple),
        "balanced": st.booleans(),
    }
)
