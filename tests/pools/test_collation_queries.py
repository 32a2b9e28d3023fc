"""How SQLite runs the recipe's steps: by indexes, and without a look at polygons."""

from typing import Any

import pytest
from sqlalchemy import Connection, Select

from ovmr_index.db.bulk import recreate, stream_rows
from ovmr_index.pools import collation_queries as steps
from ovmr_index.pools import found_queries
from ovmr_index.pools.candidate_queries import StepSources
from ovmr_index.pools.coverage_queries import coverage
from ovmr_index.pools.exemplar_queries import category_entries
from ovmr_index.pools.left_out_queries import left_out
from ovmr_index.pools.recipe import Step, published_steps
from ovmr_index.samples.numpy_draw_queries import pool_weights
from ovmr_index.samples.options import Filters
from tests.support.plans import plan_of, scanned

pytestmark = pytest.mark.sqlite_only  # plans of SQLite


WEIGHTS = pool_weights(1, "area", Filters())
NAMES = ("annotations", "images", "boxes", "substitute images", "substitute boxes")
SOURCES = (
    StepSources([1], [1], crowds=False),
    StepSources([3], [], crowds=False),
    StepSources([4], [], crowds=False),
    StepSources([3], [], crowds=False),
    StepSources([4], [], crowds=False),
)
OF = dict(zip(NAMES, zip(published_steps(), SOURCES, strict=True), strict=True))
STEPS = {name: steps.candidates(1, 1, *of) for name, of in OF.items()}
USED = {
    "annotations": "ix_regions_category_id",
    "images": "ix_images_synset_id",
    "boxes": "ix_regions_synset_id",
    "substitute images": "ix_images_synset_id",
    "substitute boxes": "ix_regions_synset_id",
}
LARGE = {"regions", "images", "region_records", "region_synsets", "image_records"}


def _plan_of(connection: Connection, step: Step, sources: StepSources, **options: bool) -> str:
    recreate(connection, found_queries.FOUND)
    found = steps.candidates(1, 1, step, sources, **options)
    return plan_of(connection, found_queries.put_found(step, sources, found, but_held=False))


@pytest.mark.parametrize("name", STEPS)
def test_a_step_goes_by_an_index_and_no_polygon_is_read(
    odd_connection: Connection, name: str
) -> None:
    plan = _plan_of(odd_connection, *OF[name])
    assert USED[name] in plan
    assert not scanned(plan) & LARGE
    assert "region_records" not in plan


def test_boxes_of_other_files_go_by_an_index_too(odd_connection: Connection) -> None:
    step = Step(take="boxes", dataset="lvis", area_over=1024)
    sources = StepSources([1], [1], crowds=True)
    plan = _plan_of(odd_connection, step, sources)
    assert "ix_regions_category_id" in plan
    assert not scanned(plan) & LARGE


@pytest.mark.parametrize("exclude_val", [False, True])
@pytest.mark.parametrize("crowds", [False, True])
def test_boxes_of_a_span_are_read_in_a_row(
    odd_connection: Connection, crowds: bool, exclude_val: bool
) -> None:
    step = Step(take="boxes", dataset="lvis", area_over=1024)
    sources = StepSources([1], [1], crowds=crowds, span=(1, 1_270_141))
    plan = _plan_of(odd_connection, step, sources, exclude_val=exclude_val)
    assert "SEARCH regions USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan
    assert not scanned(plan) & {"regions", "region_details", "region_synsets"}


def test_reasons_go_by_indexes(odd_connection: Connection) -> None:
    of_steps = list(zip(published_steps(), SOURCES, strict=True))
    plan = plan_of(odd_connection, left_out(1, 1, of_steps))
    assert {*USED.values()} <= {name for name in USED.values() if name in plan}
    assert not scanned(plan) & LARGE


@pytest.mark.parametrize("query", [WEIGHTS, coverage(1), category_entries(1)])
def test_pools_are_read_by_index(odd_connection: Connection, query: Select[Any]) -> None:
    plan = plan_of(odd_connection, query)
    assert not scanned(plan) & {*LARGE, "pool_entries"}


def test_the_candidates_of_a_step_are_all_that_it_appends(odd_connection: Connection) -> None:
    found = {name: len(list(stream_rows(odd_connection, query))) for name, query in STEPS.items()}
    held = list(stream_rows(odd_connection, WEIGHTS))
    # The pools are full already, so that step 3 finds fewer categories below `enough`.
    assert len(held) >= sum(found.values()) > found["annotations"] > 0
    assert all(found.values())
