"""The recipe as the index keeps it: in one column, and in two before revision 0003."""

import json
from pathlib import Path

import pytest
from alembic import command

from ovmr_index import Index, Recipe
from ovmr_index.db import schema
from ovmr_index.db.engine import writing
from ovmr_index.db.revision import config_of_migrations
from ovmr_index.pools.recipe import Step, published_steps
from tests.support.few_synsets import index_of_odd_synsets
from tests.support.trees import APPLE, TENCH, TreeBuilder

pytestmark = pytest.mark.slow

STEPS = (Step(take="boxes", dataset="lvis", min_area=1e-7), Step(take="pictures", dataset="lvis"))
PUBLISHED = {"min_area": 1024.0, "enough": 40, "few": 10, "exclude_val": False, "steps": None}
OWN_STEPS = [
    {"take": "boxes", "dataset": "lvis", "min_area": 1e-7},
    {"take": "pictures", "dataset": "lvis"},
]


def _migrate(index: Index, revision: str) -> None:
    config = config_of_migrations()
    with writing(index.engine, bulk=True) as connection:
        config.attributes["connection"] = connection
        (command.upgrade if revision == "head" else command.downgrade)(config, revision)


@pytest.fixture
def builder(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> TreeBuilder:
    """Return a builder of a tree whose index holds few synsets: each migration copies them all."""
    few = index_of_odd_synsets(tmp_path_factory, empty_index)
    return TreeBuilder(tmp_path / "datasets", few)


@pytest.fixture
def index(builder: TreeBuilder) -> Index:
    """Return an index of LVIS alone, train and val."""
    builder.lvis()
    builder.lvis("val", annotations=[])
    index = builder.index()
    index.ingest()
    return index


@pytest.mark.sqlite_only  # an index in PostgreSQL begins with a later revision
@pytest.mark.parametrize(
    ("recipe", "old", "status"),
    [
        (Recipe(), (1024.0, 40, 10, None), PUBLISHED),
        pytest.param(
            Recipe(0.5, 3, 2, substitutes={APPLE: [TENCH]}),
            (0.5, 3, 2, None),
            PUBLISHED | {"min_area": 0.5, "enough": 3, "few": 2},
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            Recipe(exclude_val=True),
            (1024.0, 40, 10, {"exclude_val": True}),
            PUBLISHED | {"exclude_val": True},
            marks=pytest.mark.exhaustive,
        ),
        (
            Recipe(few=3, steps=STEPS, exclude_val=True),
            (1024.0, 40, 3, {"steps": OWN_STEPS, "few": 3, "exclude_val": True}),
            PUBLISHED | {"few": 3, "exclude_val": True, "steps": OWN_STEPS},
        ),
    ],
)
def test_a_recipe_outlives_a_change_of_the_schema(
    index: Index, recipe: Recipe, old: tuple[object, ...], status: dict[str, object]
) -> None:
    index.collate(recipe)
    pools = index.exemplars(TENCH)
    _migrate(index, "0002")
    with writing(index.engine) as connection:
        query = "SELECT min_area, enough, few, rules FROM collations"
        (*thresholds, rules) = connection.exec_driver_sql(query).one()
    assert (*thresholds, rules and json.loads(rules)) == old
    _migrate(index, "head")
    assert schema.integrity(index.engine) == []
    assert index.status().pools == "fresh"
    assert index.pools.recipe() == recipe
    assert index.status().vocabularies[0].rules == status
    assert index.exemplars(TENCH) == pools


def test_thresholds_substitutes_and_steps_are_in_the_provenance(index: Index) -> None:
    assert Recipe(few=3).provenance() == {
        "min_area": 1024.0,
        "enough": 40,
        "few": 3,
        "substitutes": Recipe().all_substitutes(),
    }
    index.collate(Recipe(few=3, steps=STEPS), {TENCH: [APPLE], APPLE: [TENCH]})
    said = index.pools.recipe().provenance()
    assert json.dumps(said["rules"]) == json.dumps({"steps": OWN_STEPS, "few": 3})
    assert list(said["substitutes"]) == [APPLE, TENCH]
    assert Recipe(exclude_val=True).provenance()["rules"] == {"exclude_val": True}


def test_published_substitutes_are_none(index: Index) -> None:
    index.collate(substitutes=Recipe().all_substitutes())
    assert index.pools.recipe() == Recipe()
    index.collate(Recipe(steps=published_steps(), substitutes={}))
    assert index.pools.recipe().substitutes == {}
