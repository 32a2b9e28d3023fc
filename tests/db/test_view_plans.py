"""What SQLite reads for a question to a public view, once the index is as large as real ones."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.plans import seem_large

LARGE = {"images", "regions", "region_records", "pool_entries", "image_categories", "image_hashes"}
OF_IMAGE = "source = 'lvis_v1_train' AND file_name = 'train2017/000000000009.jpg'"
OF_BOX = "source = 'lvis_v1_train' AND region_id = 70"
OF_CATEGORY = "vocabulary = 'lvis_v1_train' AND category_id = 12"


@pytest.fixture(scope="module")
def large(made_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index that the planner takes for one of full scale: read only."""
    index = Path(shutil.copyfile(made_index, tmp_path_factory.mktemp("large") / "ovmr.db"))
    seem_large(index)
    return index


def _scanned(path: Path, query: str) -> set[str]:
    """Return the tables of which a plan reads every row, or every row of a source."""
    with closing(sqlite3.connect(path)) as connection:
        steps = [row[-1] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")]
    whole = [step for step in steps if step.startswith("SCAN") or step.endswith("(source_pk=?)")]
    return {step.split()[1] for step in whole}


@pytest.mark.slow
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


@pytest.mark.slow
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
