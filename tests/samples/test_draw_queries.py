"""How SQLite runs a stable draw: by indexes, and with one key for each exemplar."""

import pytest
from sqlalchemy import Connection

from ovmr_index.samples.draw_queries import first_of_each
from ovmr_index.samples.numpy_draw_queries import (
    PUBLISHED_ORDER,
    in_published_order,
    pool_weights,
)
from ovmr_index.samples.options import Filters
from ovmr_index.samples.stable_draw_queries import stable_order
from tests.support.plans import plan_of, scanned

LARGE = {"pool_entries", "regions", "images", "folders", "region_records"}
FILTERS = (
    Filters(),
    Filters(datasets=("lvis",), splits=("train",), no_rare_boxes=True, min_area=1, min_side=1),
    Filters(per_image=1, at_least_one=("lvis",), balanced=True),
)


@pytest.mark.parametrize("filters", FILTERS)
def test_pools_are_drawn_from_by_index(odd_connection: Connection, filters: Filters) -> None:
    plan = plan_of(odd_connection, first_of_each(stable_order(1, 42, "side", filters), filters, 5))
    assert not scanned(plan) & LARGE
    assert "MATERIALIZE keyed" in plan
    assert not scanned(plan_of(odd_connection, pool_weights(1, "area", filters))) & LARGE


def test_the_published_order_is_joined_to_the_pools_by_index(large: Connection) -> None:
    PUBLISHED_ORDER.create(large)
    plan = plan_of(large, first_of_each(in_published_order(), Filters(balanced=True), 5))
    assert scanned(plan) & LARGE == set()
