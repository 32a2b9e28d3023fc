"""Rows for a benchmark as Parquet: those of an index whose rows were copied, but for its views."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from benchmarks.parquet_rows import multiply_parquet
from benchmarks.rows import multiply_rows
from ovmr_index import DrawOptions, Index
from ovmr_index.db.session import Session
from ovmr_index.engines.api import open_pools
from ovmr_index.engines.exemplar_queries import view_rows
from ovmr_index.export.parquet import row_files
from ovmr_index.formats.parquet.check import check_folders
from ovmr_index.formats.parquet.manifest import ParquetManifest, read_manifest
from ovmr_index.progress import silent
from tests.support.few_synsets import index_of_few_synsets
from tests.support.trees import (
    APPLE,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

_OF_POOLS = {"collations", "pool_entries", "substitutes"}
_DRAW = DrawOptions(4, method="stable", on_shortage="take-all")
_BOXES = 10


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Return an export, that of the index with more rows, and one whose rows were copied."""
    top = tmp_path_factory.mktemp("rows")
    base, expected, made = top / "base", top / "expected", top / "made"
    builder = TreeBuilder(top / "tree", index_of_few_synsets(tmp_path_factory))
    with _index(builder) as index, pytest.MonkeyPatch.context() as patch:
        for name, value in {"_BATCH": 3, "_GROUP_ROWS": 5, "_FILE_GROUPS": 2}.items():
            patch.setattr(row_files, name, value)
        index.exports.parquet(base)
        multiply_parquet(base, made, 3 * _BOXES + 1)
        with Session(index.root, index.path).write(bulk=True) as connection:
            assert multiply_rows(connection, 3 * _BOXES + 1) == 3 * _BOXES
        index.exports.parquet(expected)
    return base, expected, made


def _index(builder: TreeBuilder) -> Index:
    """Return an index with each kind of image and box, whose row numbers have gaps."""
    categories = [category(1, TENCH), category(2, APPLE)]
    shown = [image(3), image(5)]
    boxes = [
        *(annotation(key, 3 + key % 2 * 2, 1 + key // 14) for key in range(11, 16)),
        annotation(16, 3, 2, bbox=[0, 0.5, 40, 50.25]),
    ]
    builder.lvis("val", categories=categories, images=shown, annotations=boxes)
    index = builder.index()
    index.ingest()
    builder.lvis(categories=categories, images=shown, annotations=boxes)
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    builder.visual_genome(
        vg_objects(7, vg_object(1, TENCH), vg_object(2, APPLE, TENCH)),
        vg_objects(8, vg_object(9, APPLE), vg_object(4, TENCH)),
        images=[vg_image(7, coco_id=5), vg_image(8)],
    )
    index.ingest()
    index.sources.rm("lvis_v1_val")
    index.collate()
    return index


def test_tables_are_those_of_an_export_of_the_copied_index(
    folders: tuple[Path, Path, Path],
) -> None:
    _, expected, made = folders
    there, found = read_manifest(expected), read_manifest(made)
    assert found.tables.keys() == there.tables.keys()
    for name in there.tables.keys() - _OF_POOLS:
        assert _rows(made, name) == _rows(expected, name), name
    for name in ("images", "regions"):
        assert _pieces(made, found, name) == _pieces(expected, there, name)
        assert len(found.tables[name].files) > 1


def test_the_manifest_is_right(folders: tuple[Path, Path, Path]) -> None:
    base, expected, made = folders
    found = read_manifest(made)
    check_folders(made, found, silent)
    assert found.sources == read_manifest(expected).sources
    (stale,) = found.vocabularies
    (fresh,) = read_manifest(base).vocabularies
    assert stale == fresh | {"pools": "stale"}
    assert not found.views
    assert {path.name for path in made.iterdir()} == {"index", "manifest.json"}


@pytest.mark.exhaustive  # of equal tables, which are compared above
def test_an_engine_makes_the_same_pools_and_draws(
    folders: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    base, expected, made = folders
    there = _answers(expected, tmp_path / "expected.json")
    assert _answers(made, tmp_path / "made.json") == there
    assert len(there[0]) == 3 * read_manifest(base).tables["pool_entries"].rows


def test_no_copy_is_made_where_there_are_boxes_enough(
    folders: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    base, _, _ = folders
    multiply_parquet(base, tmp_path / "made", 1)
    assert _rows(tmp_path / "made", "regions") == _rows(base, "regions")


def _rows(folder: Path, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / "index" / table).to_pylist()
    return rows


def _pieces(folder: Path, manifest: ParquetManifest, table: str) -> list[list[int]]:
    """Return the rows of each row group of each file."""
    files = [pq.read_metadata(folder / one.path) for one in manifest.tables[table].files]
    return [[one.row_group(at).num_rows for at in range(one.num_row_groups)] for one in files]


def _answers(folder: Path, sample: Path) -> tuple[list[Any], list[Any], bytes]:
    """Return exemplars and coverage of the pools that DuckDB makes, and a sample of them."""
    with open_pools(folder) as pools:
        pools.collate()
        exemplars = pools.connection.execute(view_rows(pools.vocabulary_pk)).all()
        pools.sample(_DRAW, sample)
        return [*map(tuple, exemplars)], [*pools.coverage()], sample.read_bytes()
