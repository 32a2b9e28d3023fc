"""How SQLite goes about a query."""

import re
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import ClauseElement, Connection

from ovmr_index.db import statistics
from ovmr_index.db.engine import driver_connection, open_engine, writing

# What `statistics.refresh` counted in an index of LVIS, Visual Genome and 1.2 million images.
STATISTICS = {
    ("categories", "ix_categories_synset_id"): "1650 2",
    ("categories", "sqlite_autoindex_categories_1"): "2187 401 1",
    ("categories", "sqlite_autoindex_categories_2"): "2190 401 1",
    ("collations", "sqlite_autoindex_collations_1"): "1 1",
    ("datasets", "sqlite_autoindex_datasets_1"): "3 1",
    ("folders", "sqlite_autoindex_folders_1"): "1236 101 1",
    ("hypernyms", "hypernyms"): "96844 1 1",
    ("hypernyms", "ix_hypernyms_hypernym_id"): "107715 34",
    ("image_categories", "image_categories"): "1262976 10 5 1",
    ("images", "ix_images_coco_id"): "186200 2",
    ("images", "ix_images_synset_id"): "1337430 401",
    ("images", "uq_images_source_id_file_name_key"): "2072512 518128 1 1",
    ("images", "uq_images_source_id_key"): "261144 65286 1",
    ("ingest_runs", None): "6",
    ("pool_entries", "pool_entries"): "2167200 201 1",
    ("region_synsets", "ix_region_synsets_synset_id"): "267415 401",
    ("region_synsets", "region_synsets"): "227338 2 1",
    ("regions", "ix_regions_category_id"): "1411038 201",
    ("regions", "ix_regions_image_id"): "6723990 14",
    ("regions", "ix_regions_synset_id"): "4515912 401",
    ("regions", "uq_regions_source_id_key"): "6382024 1595506 1",
    ("sample_categories", "sample_categories"): "909 401 1",
    ("sample_categories", "sqlite_autoindex_sample_categories_2"): "583 401 1",
    ("sample_picks", "sample_picks"): "2880 401 5 1",
    ("samples", "sqlite_autoindex_samples_1"): "1 1",
    ("source_blocks", "source_blocks"): "4802 401 1",
    ("source_files", "sqlite_autoindex_source_files_1"): "4 2 1",
    ("substitutes", "substitutes"): "51 51 2 1",
    ("synsets", "sqlite_autoindex_synsets_1"): "81530 1",
    ("synsets", "sqlite_autoindex_synsets_2"): "87000 1",
    ("vocabularies", "sqlite_autoindex_vocabularies_1"): "2 1",
}
# Before 3.36: "SCAN TABLE images AS seen USING INDEX ...", and now "SCAN seen USING INDEX ...".
_OLD_WORDS = re.compile(r"^(SCAN|SEARCH) (?:TABLE|SUBQUERY) (\S+)(?: AS (\S+))?")
_NUMBER = re.compile(r"_[0-9]+$")


def plan_of(connection: Connection, query: ClauseElement) -> str:
    """Return the plan of a query, one step a line."""
    compiled = query.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    values = tuple(compiled.params[name] for name in getattr(compiled, "positiontup", ()))
    cursor = driver_connection(connection).execute(f"EXPLAIN QUERY PLAN {compiled}", values)
    return plan_text(row[-1] for row in cursor)


def plan_text(steps: Iterable[str]) -> str:
    """Return the steps of a plan, one a line, in the words that SQLite uses since 3.36."""
    return "\n".join(
        _OLD_WORDS.sub(lambda step: f"{step[1]} {step[3] or step[2]}", step) for step in steps
    )


def scanned(plan: str) -> set[str]:
    """Return the tables that a plan reads from end to end, whatever the order.

    A plan names an alias and not its table: `images_1` is one that SQLAlchemy made of `images`.
    """
    return {_NUMBER.sub("", table) for step, table in _tables(plan) if step == "SCAN"}


def used(plan: str) -> set[str]:
    """Return the tables that a plan reads from end to end or searches in."""
    return {_NUMBER.sub("", table) for _, table in _tables(plan)}


def _tables(plan: str) -> list[tuple[str, str]]:
    steps = (line.split() for line in plan.splitlines())
    return [(words[0], words[1]) for words in steps if words[0] in {"SCAN", "SEARCH"}]


def seem_large(path: Path) -> None:
    """Have the planner take an index for one of full scale."""
    with writing(open_engine(path)) as connection:
        statistics.refresh(connection)
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
        for (table, name), counted in STATISTICS.items():
            row = (table, name, counted)
            connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", row)
