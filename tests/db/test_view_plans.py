"""What SQLite reads for a question to a public view, once the index is as large as real ones."""

from pathlib import Path

import pytest

from ovmr_index.db import statistics
from ovmr_index.db.engine import open_engine, writing
from ovmr_index.db.readonly import run_query

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
LARGE = {"images", "regions", "region_details", "pool_entries", "image_categories", "image_hashes"}
OF_IMAGE = "source = 'lvis_v1_train' AND file_name = 'train2017/000000000009.jpg'"
OF_BOX = "source = 'lvis_v1_train' AND region_id = 70"
OF_CATEGORY = "vocabulary = 'lvis_v1_train' AND category_id = 12"


@pytest.fixture
def large(index: Path) -> Path:
    """Return an index that the planner takes for one of full scale."""
    with writing(open_engine(index)) as connection:
        statistics.refresh(connection)
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
        for (table, name), counted in STATISTICS.items():
            row = (table, name, counted)
            connection.exec_driver_sql("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", row)
    return index


def _scanned(path: Path, query: str) -> set[str]:
    """Return the tables of which a plan reads every row, or every row of a source."""
    with run_query(path, f"EXPLAIN QUERY PLAN {query}", {}) as result:
        steps = [row[-1] for row in result.rows]
    whole = [step for step in steps if step.startswith("SCAN") or step.endswith("(source_pk=?)")]
    return {step.split()[1] for step in whole}


@pytest.mark.parametrize(
    ("view", "conditions"),
    [
        ("image_files", [OF_IMAGE, "source = 'lvis_v1_train' AND image_id = 9"]),
        ("boxes", [OF_BOX, OF_IMAGE, OF_CATEGORY, "category = 'apple'"]),
        ("box_synsets", [OF_BOX, "synset = 'apple.n.01'"]),
        ("box_details", [OF_BOX]),
        ("image_labels", [OF_IMAGE]),
        ("image_twins", [OF_IMAGE]),
        ("vocabulary_categories", [OF_CATEGORY]),
        ("category_coverage", [OF_CATEGORY, "category = 'apple'"]),
        ("exemplars", ["category_id = 12", "category = 'apple'"]),
        ("vocabulary_exemplars", [OF_CATEGORY, "category = 'apple'"]),
        ("sample_exemplars", ["sample = 'five'"]),
    ],
)
def test_a_question_reads_no_large_table_whole(
    large: Path, view: str, conditions: list[str]
) -> None:
    for condition in conditions:
        assert not _scanned(large, f"SELECT * FROM {view} WHERE {condition}") & LARGE


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ("exemplars", "image_files", "source, file_name"),
        ("exemplars", "boxes", "source, region_id"),
        ("exemplars", "box_synsets", "source, region_id"),
        ("boxes", "image_files", "source, file_name"),
        ("boxes", "box_details", "source, region_id"),
        ("boxes", "box_synsets", "source, region_id"),
        ("boxes", "image_labels", "source, file_name"),
        ("boxes", "vocabulary_categories", "vocabulary, category_id"),
    ],
)
def test_a_join_for_a_category_reads_no_large_table_whole(
    large: Path, one: str, other: str, key: str
) -> None:
    query = f"SELECT count(*) FROM {one} AS a JOIN {other} AS b USING ({key})"
    assert not _scanned(large, f"{query} WHERE a.category = 'apple'") & LARGE
