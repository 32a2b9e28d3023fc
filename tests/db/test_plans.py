"""What SQLite reads for the queries that are asked often: indexes, and no table too many."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ovmr_index.db.engine import open_engine, reading
from ovmr_index.pools.coverage_queries import coverage
from tests.support.plans import plan_text, scanned, used


def _plan(path: Path, query: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {query}", {"a": 1, "b": 7}).fetchall()
    return plan_text(step[-1] for step in steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "step"),
    [
        (
            "SELECT pk FROM images WHERE source_pk = :a AND key = :b",
            "SEARCH images USING INDEX uq_images_source_id_key (source_pk=? AND key=?)",
        ),
        (
            "SELECT pk FROM images WHERE source_pk = :a AND file_name = :b",
            "SEARCH images USING INDEX uq_images_source_id_file_name_key"
            " (source_pk=? AND file_name=?)",
        ),
        (
            "SELECT file_name FROM images WHERE synset_pk = :a",
            "SEARCH images USING INDEX ix_images_synset_id (synset_pk=?)",
        ),
        (
            "SELECT pk FROM images WHERE coco_id = :a",
            "SEARCH images USING INDEX ix_images_coco_id (coco_id=?)",
        ),
        (
            "SELECT x, y, w, h FROM regions WHERE source_pk = :a AND key = :b",
            "SEARCH regions USING INDEX uq_regions_source_id_key (source_pk=? AND key=?)",
        ),
        (
            "SELECT x, y, w, h FROM regions WHERE category_pk = :a",
            "SEARCH regions USING INDEX ix_regions_category_id (category_pk=?)",
        ),
        (
            "SELECT x, y, w, h FROM regions WHERE synset_pk = :a",
            "SEARCH regions USING INDEX ix_regions_synset_id (synset_pk=?)",
        ),
        (
            "SELECT x, y, w, h FROM regions WHERE image_pk = :a",
            "SEARCH regions USING INDEX ix_regions_image_id (image_pk=?)",
        ),
        (
            "SELECT region_pk FROM region_synsets WHERE synset_pk = :a",
            "SEARCH region_synsets USING INDEX ix_region_synsets_synset_id (synset_pk=?)",
        ),
        (
            "SELECT synset_pk FROM region_synsets WHERE region_pk = :a ORDER BY position",
            "SEARCH region_synsets USING PRIMARY KEY (region_pk=?)",
        ),
        (
            "SELECT key FROM categories WHERE synset_pk = :a",
            "SEARCH categories USING INDEX ix_categories_synset_id (synset_pk=?)",
        ),
        (
            "SELECT synset_pk FROM hypernyms WHERE hypernym_pk = :a",
            "SEARCH hypernyms USING INDEX ix_hypernyms_hypernym_id (hypernym_pk=?)",
        ),
        (
            "SELECT * FROM pool_entries WHERE category_pk = :a ORDER BY position",
            "SEARCH pool_entries USING PRIMARY KEY (category_pk=?)",
        ),
    ],
)
def test_search_by_one_index_and_no_sorting(made_index: Path, query: str, step: str) -> None:
    assert _plan(made_index, query).replace("COVERING ", "") == step


@pytest.mark.parametrize(
    "condition", ["category = :a", "category_id = :a", "category_synset = :a", "frequency = 'r'"]
)
def test_exemplars_of_a_category_are_searched_for(made_index: Path, condition: str) -> None:
    plan = _plan(made_index, f"SELECT * FROM exemplars WHERE {condition}")
    assert "SEARCH pool_entries USING PRIMARY KEY (category_pk=?)" in plan
    assert not scanned(plan) & {"pool_entries", "regions", "images", "folders", "synsets"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "untouched"),
    [
        (
            "SELECT dataset, count(*) FROM exemplars GROUP BY dataset",
            {"regions", "images", "folders", "synsets"},
        ),
        (
            "SELECT category, sum(weight) FROM exemplars GROUP BY category",
            {"regions", "images", "folders", "synsets"},
        ),
        ("SELECT w, h FROM exemplars", {"images", "folders", "synsets"}),
        ("SELECT file_name FROM exemplars", {"regions", "synsets"}),
        ("SELECT region_id FROM exemplars", {"images", "folders"}),
    ],
)
def test_view_reads_no_table_too_many(made_index: Path, query: str, untouched: set[str]) -> None:
    tables = used(_plan(made_index, query))
    assert "pool_entries" in tables
    assert tables.isdisjoint(untouched)


def test_coverage_counts_pools_in_the_order_in_which_they_lie(made_index: Path) -> None:
    with reading(open_engine(made_index)) as connection:
        query = coverage(1, 1, 2).compile(connection, compile_kwargs={"literal_binds": True})
    plan = _plan(made_index, str(query))
    assert "SEARCH pool_entries USING PRIMARY KEY (category_pk=?)" in plan
    assert used(plan) == {"categories", "synsets", "pool_entries", "counted"}
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "query",
    [
        "SELECT sum(w * h) FROM regions",
        "SELECT category_pk, count(*) FROM regions WHERE area > 1024 GROUP BY category_pk",
        "SELECT x, y, w, h FROM regions ORDER BY pk",
    ],
)
def test_scan_of_boxes_reads_no_details(made_index: Path, query: str) -> None:
    assert used(_plan(made_index, query)) == {"regions"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SCAN TABLE images", "SCAN images"),
        ("SCAN TABLE images AS seen USING INDEX a", "SCAN seen USING INDEX a"),
        (
            "SEARCH TABLE images_1 USING PRIMARY KEY (a=?)",
            "SEARCH images_1 USING PRIMARY KEY (a=?)",
        ),
        ("SCAN SUBQUERY 1", "SCAN 1"),
        ("SCAN images", "SCAN images"),
        ("USE TEMP B-TREE FOR ORDER BY", "USE TEMP B-TREE FOR ORDER BY"),
    ],
)
def test_plans_of_older_versions_are_read_too(old: str, new: str) -> None:
    assert plan_text([old]) == new


def test_an_alias_of_a_table_is_the_table() -> None:
    plan = plan_text(["SCAN TABLE images AS images_1", "SEARCH regions USING INDEX a (b=?)"])
    assert scanned(plan) == {"images"}
    assert used(plan) == {"images", "regions"}
