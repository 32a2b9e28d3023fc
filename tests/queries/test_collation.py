"""How SQLite runs the recipe's steps: by indexes, and without a look at polygons."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Connection, Select

from ovmr_index.db.engine import driver_connection, open_engine, reading, stream_rows
from ovmr_index.queries import collation as steps
from ovmr_index.queries.coverage import coverage
from ovmr_index.queries.exemplars import category_entries, pool_entries, weights
from tests.export.odd_trees import OddTree
from tests.trees import TreeBuilder

RECIPE = steps.Recipe()
STEPS = {
    "annotations": steps.annotations(1, RECIPE),
    "pictures": steps.pictures(1),
    "boxes": steps.boxes(1, RECIPE),
    "substitute pictures": steps.substitute_pictures(1, 1),
    "substitute boxes": steps.substitute_boxes(1, 1, RECIPE),
}
USED = {
    "annotations": "ix_regions_category_id",
    "pictures": "ix_images_synset_id",
    "boxes": "ix_regions_synset_id",
    "substitute pictures": "ix_images_synset_id",
    "substitute boxes": "ix_regions_synset_id",
}
LARGE = {"regions", "images", "region_details", "region_synsets", "image_records"}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Iterator[Connection]:
    """Return a connection on the index of an odd tree."""
    builder = TreeBuilder(tmp_path_factory.mktemp("collation") / "datasets", empty_index)
    OddTree(builder, 0)
    index = builder.index()
    index.ingest()
    index.collate()
    with reading(open_engine(index.path)) as connection:
        yield connection


def _plan(connection: Connection, query: ClauseElement) -> str:
    """Return the plan of a query, one step a line."""
    compiled = query.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    values = tuple(compiled.params[name] for name in getattr(compiled, "positiontup", ()))
    cursor = driver_connection(connection).execute(f"EXPLAIN QUERY PLAN {compiled}", values)
    return "\n".join(row[-1] for row in cursor)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_goes_by_an_index_and_reads_no_polygon(connection: Connection, name: str) -> None:
    plan = _plan(connection, steps.append_step(STEPS[name]))
    assert USED[name] in plan
    assert not _scanned(plan) & LARGE
    assert "region_details" not in plan


@pytest.mark.parametrize("query", [weights(1), coverage(1), pool_entries(1), category_entries(1)])
def test_pools_are_read_by_index(connection: Connection, query: Select[Any]) -> None:
    plan = _plan(connection, query)
    assert not _scanned(plan) & {*LARGE, "pool_entries"}


def test_the_candidates_of_a_step_are_all_that_it_appends(connection: Connection) -> None:
    found = {name: len(list(stream_rows(connection, query))) for name, query in STEPS.items()}
    held = list(stream_rows(connection, weights(1)))
    # The pools are full already, so that step 3 finds fewer categories below `enough`.
    assert len(held) >= sum(found.values()) > found["annotations"] > 0
    assert all(found.values())


def _scanned(plan: str) -> set[str]:
    return {line.split()[1] for line in plan.splitlines() if line.startswith("SCAN ")}
