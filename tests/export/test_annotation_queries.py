"""How SQLite runs the queries behind the exports: what is scanned, and what is sorted."""

import pytest
from sqlalchemy import ClauseElement, Connection

from ovmr_index.db.bulk import stream_rows
from ovmr_index.export import annotation_queries as queries
from ovmr_index.export.cat_info_queries import category_counts
from ovmr_index.export.imagenet_lvis_queries import images_of_categories
from ovmr_index.images.size_queries import (
    of_vocabulary,
    unmeasured_blocks,
    unmeasured_count,
    unmeasured_images,
)
from ovmr_index.vocabularies.partition_queries import rare_categories
from tests.support.plans import plan_of, scanned

pytestmark = pytest.mark.sqlite_only  # plans of SQLite


WHICH = (queries.given(), queries.in_span(1, None), queries.in_span(1, rare_categories(1, "base")))


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        queries.annotations(1),
        queries.annotations(1, rare_categories(1, "novel")),
        queries.annotations(1, rare_categories(1, "base")),
    ],
)
def test_most_regions_are_read_from_end_to_end(
    odd_connection: Connection, query: ClauseElement
) -> None:
    plan = plan_of(odd_connection, query)
    assert "SCAN regions\n" in plan
    assert scanned(plan) == {"regions"}


def test_regions_are_counted_from_the_first_of_the_source_to_its_last(
    odd_connection: Connection,
) -> None:
    plan = plan_of(odd_connection, category_counts(1))
    assert "SEARCH regions USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan
    at_category = "SEARCH of_category USING COVERING INDEX ix_regions_category_id (category_pk=?)"
    assert plan.count(at_category) == 1
    assert not scanned(plan) & {"regions", "of_category"}


@pytest.mark.parametrize(
    "query", [one(which) for one in (queries.joined_records, queries.records) for which in WHICH]
)
def test_records_are_found_by_their_keys(odd_connection: Connection, query: ClauseElement) -> None:
    plan = plan_of(odd_connection, query)
    assert not scanned(plan) & {"regions", "region_records"}
    assert "region_records USING INTEGER PRIMARY KEY" in plan


def test_images_are_sorted_a_category_at_a_time(odd_connection: Connection) -> None:
    plan = plan_of(odd_connection, images_of_categories(2))
    assert plan.startswith("SEARCH categories")
    assert "ix_images_synset_id" in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan


def test_unmeasured_images_come_by_their_numbers_block_by_block(
    odd_connection: Connection,
) -> None:
    plan = plan_of(odd_connection, unmeasured_images(of_vocabulary(2), [1, 2]))
    assert "SEARCH images USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan
    assert "ORDER BY" not in plan


def test_the_images_that_lack_a_size_are_those_counted(
    odd_connection: Connection,
) -> None:
    for vocabulary_id in (1, 2, 3):
        images = of_vocabulary(vocabulary_id)
        found = odd_connection.execute(unmeasured_blocks(images, again=True)).scalars()
        blocks = [*found, -1]
        query = unmeasured_images(images, blocks)
        counted = odd_connection.execute(unmeasured_count(images)).scalar_one()
        assert len(list(stream_rows(odd_connection, query))) == counted
