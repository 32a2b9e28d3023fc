"""The recipe as the index keeps it: in one column, and in two before revision 0003."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from alembic import command

from ovmr_index import Index, Recipe
from ovmr_index.db import schema
from ovmr_index.db.engine import writing
from ovmr_index.db.revision import config_of_migrations
from ovmr_index.pools.recipe import Step, published_steps
from tests.support.trees import APPLE, TENCH, TreeBuilder

pytestmark = pytest.mark.slow

STEPS = (Step(take="boxes", dataset="lvis", min_area=1e-7), Step(take="pictures", dataset="lvis"))
PUBLISHED: dict[str, object] = {
    "min_area": 1024.0,
    "enough": 40,
    "few": 10,
    "exclude_val": False,
    "steps": None,
}
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
def index(builder: TreeBuilder) -> Index:
    """Return an index of LVIS alone, train and val."""
    builder.lvis()
    builder.lvis("val", annotations=[])
    index = builder.index()
    index.ingest()
    return index


# A recipe by the vocabulary whose pools it makes, what 0002 has of it, and what the status says.
RECIPES: dict[str, tuple[Recipe, tuple[object, ...], Mapping[str, object]]] = {
    "lvis_v1_train": (
        Recipe(few=3, steps=STEPS, exclude_val=True),
        (1024.0, 40, 3, {"steps": OWN_STEPS, "few": 3, "exclude_val": True}),
        PUBLISHED | {"few": 3, "exclude_val": True, "steps": OWN_STEPS},
    ),
    "lvis_v1_val": (Recipe(), (1024.0, 40, 10, None), PUBLISHED),
    "mine": (
        Recipe(0.5, 3, 2, substitutes={APPLE: [TENCH]}),
        (0.5, 3, 2, None),
        PUBLISHED | {"min_area": 0.5, "enough": 3, "few": 2},
    ),
    "yours": (
        Recipe(exclude_val=True),
        (1024.0, 40, 10, {"exclude_val": True}),
        PUBLISHED | {"exclude_val": True},
    ),
}
IN_0002 = """
    SELECT name, min_area, enough, few, rules
    FROM collations JOIN vocabularies ON vocabularies.id = vocabulary_id
"""


@pytest.mark.sqlite_only  # an index in PostgreSQL begins with a later revision
def test_recipes_outlive_a_change_of_the_schema(index: Index, tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text(f"{TENCH}\n")
    for name in ("mine", "yours"):
        index.vocabularies.add(name, tmp_path / "classes.txt")
    for name, (recipe, *_) in RECIPES.items():
        index.collate(recipe, vocabulary=name)
    pools = {name: index.exemplars(TENCH, vocabulary=name) for name in RECIPES}
    _migrate(index, "0002")
    with writing(index.engine) as connection:
        rows = connection.exec_driver_sql(IN_0002).all()
    found = {name: (*numbers, rules and json.loads(rules)) for name, *numbers, rules in rows}
    assert found == {name: old for name, (_, old, _) in RECIPES.items()}
    _migrate(index, "head")
    assert schema.integrity(index.engine) == []
    assert {one.pools for one in index.status().vocabularies} == {"fresh"}
    said = {one.name: one.rules for one in index.status().vocabularies}
    assert said == {name: status for name, (*_, status) in RECIPES.items()}
    for name, (recipe, *_) in RECIPES.items():
        assert index.pools.recipe(vocabulary=name) == recipe
        assert index.exemplars(TENCH, vocabulary=name) == pools[name]


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
