"""`suggest`: neighbours in WordNet that have exemplars, and the substitutes that they become."""

import math
from pathlib import Path

import pytest
from sqlalchemy import select

from ovmr_index import Index
from ovmr_index.db.engine import reading
from ovmr_index.db.models import Category
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.pools.neighbours import Neighbour, SubtreeSizes, find_neighbours
from ovmr_index.pools.recipe import Recipe
from tests.support.few_synsets import index_of_synsets
from tests.support.trees import (
    STOP_SIGN,
    TENCH,
    Json,
    TreeBuilder,
    category,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

WEDDING_RING, RING, BLING = "wedding_ring.n.01", "ring.n.01", "bling.n.01"
CYPRINID, CARP, GOLDFISH, CYPRINID_WNID = "cyprinid.n.01", "carp.n.02", "goldfish.n.01", "n01439121"

# What is suggested, or could be, and what stands in for a category.
NAMED = {
    *(TENCH, CYPRINID, CARP, GOLDFISH, "dace.n.01", "minnow.n.01"),
    *(WEDDING_RING, RING, BLING, "street_sign.n.01"),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index of few synsets with images or boxes; tests make its pools first.

    Those of `near` are found in all of WordNet.
    """
    few = index_of_synsets(tmp_path_factory, empty_index, "synsets to suggest.db", NAMED)
    builder = TreeBuilder(tmp_path_factory.mktemp("suggest") / "datasets", few)
    categories = [category(1, TENCH), category(2, WEDDING_RING), category(3, STOP_SIGN)]
    builder.lvis(categories=categories, annotations=[])
    names = [f"{number}.JPEG" for number in range(10)]
    builder.imagenet(
        {
            f"train/{CYPRINID_WNID}": ["a.JPEG"],
            "train/n01443537": [*names, "not an exemplar.png"],  # goldfish.n.01
            "train/n01441117": [],  # dace.n.01
            "val/n01442972": ["a.JPEG"],  # minnow.n.01: nothing is taken from val
        }
    )
    builder.visual_genome(
        vg_objects(1, vg_object(1, CARP), vg_object(2, CARP), vg_object(3, GOLDFISH)),
        vg_objects(2, vg_object(4, RING), vg_object(5, RING, w=4), vg_object(6, RING, BLING)),
        vg_objects(3, vg_object(7, BLING), vg_object(8, TENCH)),
    )
    index = builder.index()
    index.ingest()
    return index


@pytest.mark.slow
def test_neighbours_with_exemplars_are_counted_and_ranked(index: Index) -> None:
    index.collate()
    found = index.suggest(TENCH)
    assert {(one.category_id, one.category_synset, one.is_substitute) for one in found} == {
        (1, TENCH, False)
    }
    shown = [(one.synset, one.relation, one.distance, one.exemplars) for one in found]
    assert shown == [
        (CYPRINID, "hypernym", 1, {"imagenet21k": 1}),
        (GOLDFISH, "sister", 2, {"imagenet21k": 10, "visual_genome": 1}),  # not short by itself
        (CARP, "sister", 2, {"visual_genome": 2}),
    ]
    assert [one.total for one in found] == [1, 11, 2]
    assert index.suggest("tench") == found


@pytest.mark.slow
def test_words_lead_to_neighbours_too(index: Index) -> None:
    index.collate(substitutes={WEDDING_RING: [BLING]})
    found = index.suggest(WEDDING_RING)
    assert [
        (one.synset, one.relation, one.distance, one.total, one.is_substitute) for one in found
    ] == [
        (RING, "same word", 2, 1, False),
        (BLING, "2 up, 1 down", 3, 1, True),
    ]


@pytest.mark.slow
def test_counts_are_what_a_substitute_adds(index: Index) -> None:
    index.collate(Recipe(min_area=0), {})
    wanted = {one.synset: one.total for one in index.suggest(WEDDING_RING)}
    assert wanted == {RING: 2, BLING: 1}
    for synset, total in wanted.items():
        index.collate(Recipe(min_area=0), {WEDDING_RING: [synset]})
        assert len(index.exemplars(WEDDING_RING)) == total


@pytest.mark.slow
def test_substitutes_are_added_behind_those_that_are_kept(index: Index) -> None:
    index.collate(Recipe(min_area=0, few=2), {TENCH: [CARP], WEDDING_RING: [BLING]})
    short = index.pools.add_substitutes({TENCH: [GOLDFISH, CARP]})
    assert [(one.synset, one.total) for one in short] == [(WEDDING_RING, 1), (STOP_SIGN, 0)]
    kept = {TENCH: [CARP, GOLDFISH], WEDDING_RING: [BLING]}
    assert index.pools.recipe() == Recipe(min_area=0, few=2, substitutes=kept)
    found = [exemplar.synset for exemplar in index.exemplars(TENCH)]
    assert found == [TENCH, *[GOLDFISH] * 10, CARP, CARP, GOLDFISH]
    assert [one.synset for one in index.suggest(TENCH) if one.is_substitute] == [GOLDFISH, CARP]


@pytest.mark.slow
def test_short_categories_that_wordnet_knows(index: Index) -> None:
    index.collate(substitutes={})
    found = index.pools.suggest_short()
    assert [{one.category_id for one in suggestions} for suggestions in found] == [{1}, {2}]
    assert found[1] == index.suggest(2)


def test_a_category_without_wordnet_or_unknown(index: Index) -> None:
    with pytest.raises(OvmrIndexError, match="WordNet has no synset of this category"):
        index.suggest(STOP_SIGN)
    with pytest.raises(UsageError, match="no category 'zebra'"):
        index.suggest("zebra")


NEAR: tuple[tuple[str, Json], ...] = (
    (TENCH, {"name": "tench"}),
    (TENCH, {"name": "Tench", "def": "a fish, one of the carps"}),
    (TENCH, {"name": "TENCH", "synonyms": 5, "def": ["carp"]}),
    ("sugarcane.n.01", {"name": "sugarcane_(plant)", "synonyms": ["jaggery", "candy"]}),
)


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> dict[str, list[Neighbour]]:
    """Return the neighbours of categories by their names, whether they have exemplars or not."""
    builder = TreeBuilder(tmp_path_factory.mktemp("near") / "datasets", empty_index)
    categories = [category(key, synset, **fields) for key, (synset, fields) in enumerate(NEAR, 1)]
    builder.lvis(categories=categories, annotations=[])
    index = builder.index()
    index.ingest()
    with reading(index.engine) as connection:
        pks: dict[str, int] = dict(connection.execute(select(Category.c.name, Category.c.pk)).all())
        sizes = SubtreeSizes(connection)
        return {name: find_neighbours(connection, pk, sizes).neighbours for name, pk in pks.items()}


def test_what_shares_a_narrow_hypernym_is_closer(near: dict[str, list[Neighbour]]) -> None:
    found = {one.synset: one for one in near["tench"]}
    # Below cyprinid.n.01 are 19 of the 82,115 synsets with itself, below cypriniform_fish.n.01 44.
    assert found[GOLDFISH].shared == pytest.approx(math.log(82_115 / 19))
    assert found["cypriniform_fish.n.01"].shared == pytest.approx(math.log(82_115 / 44))
    assert next(iter(found)) == CYPRINID


def test_what_the_definition_names_is_closer(near: dict[str, list[Neighbour]]) -> None:
    found = near["Tench"]
    assert [(one.synset, one.distance) for one in found if one.named] == [(CARP, 2)]
    assert next(one.synset for one in found if one.distance == 2) == CARP


def test_words_of_the_names_lead_to_neighbours(near: dict[str, list[Neighbour]]) -> None:
    found = {one.synset: one for one in near["sugarcane_(plant)"]}
    whole, part = found["jaggery.n.01"], found["cane_sugar.n.02"]
    assert [(one.distance, one.up, one.down) for one in (whole, part)] == [
        (2, None, None),
        (3, None, None),
    ]
    assert part.shared > found["sugar_bowl.n.01"].shared  # two words, not one
    assert "plant.n.02" not in found


def test_members_of_another_kind_are_ignored(near: dict[str, list[Neighbour]]) -> None:
    found = near["TENCH"]
    assert found[0].synset == CYPRINID
    assert not any(one.named for one in found)
