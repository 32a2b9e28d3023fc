"""How SQLite runs a stable draw: by indexes, and with one key for each exemplar."""

import pytest
from sqlalchemy import Connection, delete

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import PoolEntry
from ovmr_index.errors import DamagedError
from ovmr_index.samples.draw_queries import first_of_each
from ovmr_index.samples.numpy_draw import pools_of_rows, whole_pools
from ovmr_index.samples.numpy_draw_queries import (
    PUBLISHED_ORDER,
    in_published_order,
    packed_pools,
    pool_weights,
)
from ovmr_index.samples.options import WEIGHTS, Filters, Weight
from ovmr_index.samples.stable_draw_queries import stable_order
from tests.support.plans import plan_of, scanned

pytestmark = pytest.mark.sqlite_only  # plans of SQLite


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


@pytest.mark.parametrize("weight", WEIGHTS)
def test_whole_pools_are_what_their_rows_are(odd_connection: Connection, weight: Weight) -> None:
    query = packed_pools(1, weight)
    plan = plan_of(odd_connection, query)
    assert not scanned(plan) & LARGE
    assert "TEMP B-TREE" not in plan
    packed = [
        (category_pk, list(positions), list(weights))
        for category_pk, positions, weights in whole_pools(
            stream_rows(odd_connection, query), "=f8"
        )
    ]
    rows = stream_rows(odd_connection, pool_weights(1, weight, Filters()))
    assert packed == [(pool[0], *map(list, pool[1:])) for pool in pools_of_rows(rows)]
    assert packed


def test_a_pool_that_lacks_entries_is_not_drawn_from(odd_connection: Connection) -> None:
    with odd_connection.begin_nested() as damage:
        odd_connection.execute(delete(PoolEntry).where(PoolEntry.c.position == 0))
        with pytest.raises(DamagedError, match=r"position has gaps; run `index.collate\(\)`"):
            list(whole_pools(stream_rows(odd_connection, packed_pools(1, "area")), "=f8"))
        damage.rollback()
