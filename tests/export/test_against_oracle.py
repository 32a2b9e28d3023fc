"""Trees with other numbers come out right too: each file is what plain Python makes of it."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import MissingSourceError, ShortageError
from ovmr_index.pools.recipe import Recipe
from ovmr_index.samples.options import DrawOptions
from tests.support.copied_tree import copied_tree
from tests.support.odd_trees import VARIANTS, OddTree
from tests.support.oracle import AbsentError, Oracle, ShortError, load, published_substitutes
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow

SEEDS = range(len(VARIANTS))
DRAWS = (
    DrawOptions(k=1, on_shortage="take-all"),
    DrawOptions(k=2, seed=7, on_shortage="repeat"),
    DrawOptions(k=5, on_shortage="take-all"),
    DrawOptions(k=7, seed=2**40, on_shortage="repeat"),
    DrawOptions(k=40, seed=0, on_shortage="take-all"),
    DrawOptions(k=5),
    DrawOptions(k=1),
)


def _exact(value: Any) -> str:
    """Tell 1 from 1.0, which are equal and yet written differently."""
    return json.dumps(value, sort_keys=True)


def _same(index: Index, target: str, wanted: Callable[[], Any], **options: Any) -> None:
    path = index.root / "out.json"
    try:
        value = wanted()
    except AbsentError:
        with pytest.raises(MissingSourceError):
            index.exports.target(target, path, **options)
        return
    index.exports.target(target, path, allow_empty=True, **options)
    assert _exact(load(path)) == _exact(value)


def _same_sample(index: Index, oracle: Oracle, options: DrawOptions) -> None:
    path = index.root / "out.json"
    try:
        wanted = oracle.sample(options.k, options.seed, options.on_shortage)
    except AbsentError:
        with pytest.raises(MissingSourceError):
            index.exports.sample(options, path)
        return
    except ShortError:
        with pytest.raises(ShortageError):
            index.exports.sample(options, path)
        return
    index.exports.sample(options, path, allow_empty=True)
    assert _exact(load(path)) == _exact(wanted)


# A real file of LVIS v0.5 is in tests/conformance.
@pytest.mark.exhaustive(but=["0", "5", "6"])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_file_of_an_odd_tree(
    builder: TreeBuilder,
    odd_index: Path,
    tmp_path: Path,
    pytestconfig: pytest.Config,
    seed: int,
) -> None:
    if seed == 0:
        index = Index.open(copied_tree(odd_index, tmp_path / "odd"))
    else:
        OddTree(builder, seed)
        index = builder.index()
        index.ingest()
    oracle = Oracle(index.root)
    _same(index, "exemplars", oracle.exemplars)
    _same(index, "imagenet-lvis", oracle.imagenet_lvis)
    for split in ("train", "val"):
        _same(index, "norare", partial(oracle.norare, split), split=split)
        _same(index, "rareonly", partial(oracle.rareonly, split), split=split)
        for add in (False, True):
            wanted = partial(oracle.cat_info, split, add_frequency=add)
            _same(index, "cat-info", wanted, split=split, add_frequency=add)
    for options in DRAWS if seed == 0 or pytestconfig.getoption("--exhaustive") else DRAWS[:2]:
        _same_sample(index, oracle, options)


@pytest.mark.exhaustive(
    but=[
        "substitutes0-recipe0",
        "substitutes1-recipe1",
        "substitutes0-recipe4",
    ]
)
@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(min_area=0, enough=0),
        Recipe(min_area=0.5, enough=1_000),
        Recipe(min_area=1600, enough=39),
        Recipe(min_area=1023.99, enough=41, few=100),
        Recipe(min_area=1e9),
    ],
)
@pytest.mark.parametrize(
    "substitutes",
    [
        {},
        {
            "apple.n.01": ["zebra.n.01", "tench.n.01", "zebra.n.01"],
            "zebra.n.01": ["zebra.n.01", "stop_sign.n.01", "nobody_says_so.n.01"],
            "no_category.n.01": ["apple.n.01"],
        },
    ],
)
def test_another_recipe(
    odd_index: Path, tmp_path: Path, recipe: Recipe, substitutes: dict[str, list[str]]
) -> None:
    index = Index.open(copied_tree(odd_index, tmp_path / "datasets"))
    short = index.collate(recipe, substitutes)
    oracle = Oracle(index.root, recipe.min_area, recipe.enough, substitutes)
    pools = oracle.exemplars()
    assert {one.synset: one.total for one in short} == {
        synset: len(pool) for synset, pool in pools.items() if len(pool) < recipe.few
    }
    _same(index, "exemplars", oracle.exemplars)
    _same_sample(index, oracle, DrawOptions(k=3, on_shortage="take-all"))


def test_odd_trees_have_the_cases_that_they_are_made_for(tmp_path: Path) -> None:
    for seed in (0, 10):
        OddTree(TreeBuilder(tmp_path / str(seed)), seed)
        pools = Oracle(tmp_path / str(seed)).exemplars()
        sources = {synset: [entry["dataset"] for entry in pool] for synset, pool in pools.items()}
        assert sources["apple.n.01"].index("visual_genome") == 39
        assert len(sources["basket.n.01"]) == 40
        assert len(sources["tench.n.01"]) == 41
        boxes = [one for one in pools["lamb_chop.n.01"] if one["dataset"] == "visual_genome"]
        assert boxes
        assert {*published_substitutes()["lamb_chop.n.01"]} >= {one["synsets"][0] for one in boxes}
        assert sources["lamb_chop.n.01"].index("visual_genome") >= 55
        assert "visual_genome" not in sources["stop_sign.n.01"]
        assert any(len(pool) < 5 for pool in pools.values())
