"""Parquet of an index as programs open it, by what README.md there says: the same rows and sums."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from datasets import disable_progress_bars, load_dataset
from pyspark.sql import SparkSession

from ovmr_index import Index
from ovmr_index.export.parquet.columns import kind_of_view_column
from ovmr_index.export.parquet.view_queries import ORDERS
from tests.support.few_synsets import index_of_few_synsets
from tests.support.whole_index import whole_parquet

pytestmark = pytest.mark.slow

# Of a column how many values it has, and of numbers their sum, of texts that of their lengths.
Facts = Mapping[str, tuple[int, float]]
Column = tuple[str, Iterable[Any]]
OUTLINES = ("polygons", "rle", "segmentation")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an index with rows in every table as Parquet: read only."""
    return whole_parquet(tmp_path_factory, index_of_few_synsets(tmp_path_factory))


@pytest.fixture(scope="module")
def index(written: Path) -> Iterator[Index]:
    """Open the index that was written."""
    with Index.open(written.parent / "datasets", create=False) as opened:
        yield opened


def facts_of(columns: Iterable[Column]) -> Facts:
    """Return the facts of columns; an outline that is no text is counted alone."""
    return {name: _facts(values) for name, values in columns}


def _facts(values: Iterable[Any]) -> tuple[int, float]:
    held = [one for one in values if one is not None]
    numbers = [len(one) if isinstance(one, str) else one for one in held]
    sums = [one for one in numbers if isinstance(one, int | float)]
    return len(held), math.fsum(sums)


def of_index(index: Index, view: str) -> Facts:
    """Return the facts of a view."""
    with index.sql(f"SELECT * FROM {view}") as result:
        rows = [*result.rows]
        return facts_of((name, [row[at] for row in rows]) for at, name in enumerate(result.columns))


def of_polars(_: SparkSession, folder: Path) -> Facts:
    frame = pl.scan_parquet(f"{folder}/").collect()
    return facts_of((one.name, one.to_list()) for one in frame.iter_columns())


def of_pandas(_: SparkSession, folder: Path) -> Facts:
    frame = pd.read_parquet(folder, dtype_backend="pyarrow")
    return facts_of((name, frame[name].array.__arrow_array__().to_pylist()) for name in frame)


def of_spark(spark: SparkSession, folder: Path) -> Facts:
    frame = spark.read.parquet(str(folder))
    rows = frame.collect()
    return facts_of((name, [row[name] for row in rows]) for name in frame.columns)


def of_datasets(_: SparkSession, folder: Path) -> Facts:
    disable_progress_bars()
    files = f"{folder}/*.parquet"
    cache = str(folder.parents[1] / "cache")
    found = load_dataset("parquet", data_files=files, cache_dir=cache, split="train")
    return facts_of(found.to_dict().items())


CLIENTS: Mapping[str, Callable[[SparkSession, Path], Facts]] = {
    "polars": of_polars,
    "pandas": of_pandas,
    "spark": of_spark,
    "datasets": of_datasets,
}


@pytest.mark.parametrize("view", ORDERS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_view_has_the_rows_and_sums_of_the_index(
    spark: SparkSession, index: Index, written: Path, client: str, view: str
) -> None:
    wanted = dict(of_index(index, view))
    assert max(count for count, _ in wanted.values()) > 0
    found = dict(CLIENTS[client](spark, written / view))
    if view == "box_details":
        outlines = [found.pop(name) for name in OUTLINES]
        assert sum(count for count, _ in outlines) == wanted.pop("segmentation")[0] > 0
    assert found.keys() == wanted.keys()
    for name, (count, total) in wanted.items():
        assert found[name][0] == count, name
        assert found[name][1] == pytest.approx(total, rel=1e-12), name


def test_spark_knows_the_types(spark: SparkSession, written: Path) -> None:
    types = {"int64": "bigint", "double": "double", "string": "string"}
    for view in ORDERS:
        for name, kind in spark.read.parquet(str(written / view)).dtypes:
            if name not in OUTLINES:
                assert kind == types[kind_of_view_column(name)]
    details = dict(spark.read.parquet(str(written / "box_details")).dtypes)
    assert details["polygons"] == "array<array<double>>"
    assert details["rle"] == "struct<size:array<bigint>,counts:string,run_lengths:array<bigint>>"


def test_polygons_are_the_numbers_of_the_index(index: Index, written: Path) -> None:
    frame = pl.scan_parquet(f"{written}/box_details/")
    total = pl.col("polygons").list.explode().list.sum().sum()
    with index.sql(
        "SELECT sum(number.value) FROM box_details, json_each(segmentation) AS polygon,"
        " json_each(polygon.value) AS number WHERE segmentation LIKE '[[%'"
    ) as result:
        ((wanted,),) = result.rows
    assert frame.select(total).collect().item() == pytest.approx(wanted)


def test_a_condition_reads_the_files_of_its_source_alone(written: Path) -> None:
    plan = pl.scan_parquet(f"{written}/boxes/").filter(source="visual_genome")
    files = {one.name for one in (written / "boxes").glob("*visual_genome*")}
    found = plan.select("source", "region_id").collect()
    assert len(files) == 1
    assert {*found["source"]} == {"visual_genome"}
