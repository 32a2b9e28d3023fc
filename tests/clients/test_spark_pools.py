"""Pools, draws, counts and leaks over Parquet in Spark: what SQLite makes of the same index."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from ovmr_index import DrawOptions, Filters, Index, OvmrIndexError, Recipe
from ovmr_index.engines.api import ParquetPools, open_pools
from ovmr_index.engines.spark_engine import planned, spark_errors
from ovmr_index.integrations import spark as of_spark
from ovmr_index.pools.recipe import Step
from tests.support.boxed_trees import noise
from tests.support.engine_pools import (
    RECIPES,
    assert_same_audit,
    assert_same_pools,
    assert_same_sample,
    mixed_index,
)
from tests.support.few_synsets import index_of_few_synsets
from tests.support.trees import TENCH_WNID, TreeBuilder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # a JVM that begins is slow

FILTERED = DrawOptions(
    40,
    seed=2**63 - 1,
    method="stable",
    on_shortage="repeat",
    weight="side",
    filters=Filters(
        per_image=2,
        at_least_one=("visual_genome",),
        balanced=True,
        min_side=20,
        exclude_val=True,
        no_rare_boxes=True,
    ),
)
UNLIKE = DrawOptions(
    4,  # of 11 pictures, of which two are left out: each in a round of its own
    method="stable",
    on_shortage="take-all",
    filters=Filters(datasets=("imagenet21k",), splits=("train",), no_near_duplicates=True),
)
# What is another while statements are planned, and what Spark sends to each worker.
UNPACKED = "spark.sql.sources.fileCompressionFactor"
SETTINGS = ("spark.sql.optimizer.excludedRules", UNPACKED)
PARTITIONS = "spark.sql.shuffle.partitions"
SENT = "spark.sql.autoBroadcastJoinThreshold"
VIEW = "SELECT * FROM exemplars ORDER BY category_id, position"


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index with marks, hashes and a COCO file, which is written as Parquet beside it."""
    folder = tmp_path_factory.mktemp("mixed")
    builder = TreeBuilder(folder / "datasets", index_of_few_synsets(tmp_path_factory))
    index = mixed_index(builder)
    pictures = sorted((builder.root / "imagenet/imagenet21k_P/train" / TENCH_WNID).iterdir())
    for seed, path in enumerate(pictures[3:]):  # the first three are equal
        path.write_bytes(noise(seed))
    index.pools.hash_images(perceptual=True)
    index.exports.parquet(folder / "parquet")
    return index


@pytest.fixture(scope="module")
def pools(mixed: Index, spark: SparkSession) -> Iterator[ParquetPools]:
    """Return what Spark reads of it."""
    with open_pools(mixed.path.parent.parent / "parquet", engine="spark") as opened:
        yield opened


@pytest.mark.parametrize("options", [FILTERED, UNLIKE], ids=["filters", "unlike"])
def test_draws_are_those_of_sqlite(
    mixed: Index, pools: ParquetPools, options: DrawOptions, tmp_path: Path
) -> None:
    pools.read()
    assert_same_sample(mixed, pools, options, tmp_path)


def test_pools_are_those_of_sqlite(mixed: Index, pools: ParquetPools) -> None:
    # Draws leave out val, too, which takes Spark as long as all else of a step; the frame has the
    # boxes of substitutes. Each step takes seconds: all of them are those of `test_duckdb`.
    recipe = RECIPES["own steps"]
    assert recipe.steps is not None
    assert_same_pools(mixed, pools, replace(recipe, exclude_val=False, steps=recipe.steps[:2]))
    assert_same_audit(mixed, pools)


@pytest.fixture
def two_partitions(spark: SparkSession) -> Iterator[None]:
    """Have Spark hand the rows of a test from two tasks to two others."""
    before = spark.conf.get(PARTITIONS)
    spark.conf.set(PARTITIONS, "2")
    yield
    spark.conf.set(PARTITIONS, before)


@pytest.mark.usefixtures("two_partitions")
def test_pools_are_a_frame_with_the_columns_of_the_view(mixed: Index, spark: SparkSession) -> None:
    folder = mixed.path.parent.parent / "parquet"
    recipe = Recipe(steps=(Step(take="boxes", dataset="lvis", of="substitutes"),))
    before = settings_of(spark)
    frame = of_spark.pools(spark, folder, recipe)
    mixed.collate(recipe)
    with mixed.sql(VIEW) as result:
        rows = [tuple(row) for row in result.rows]
    assert frame.columns == [*result.columns]
    assert [tuple(row) for row in frame.collect()] == rows
    assert settings_of(spark) == before


def test_a_packed_table_is_as_large_as_its_rows(spark: SparkSession, tmp_path: Path) -> None:
    spark.range(200_000).selectExpr("id AS pk", "1 AS x").write.parquet(str(tmp_path / "rows"))
    rows = spark.read.parquet(str(tmp_path / "rows"))
    packed = sum(file.stat().st_size for file in (tmp_path / "rows").glob("*.parquet"))
    before = {name: spark.conf.get(name) for name in (SENT, UNPACKED)}
    spark.conf.set(SENT, str(2 * packed))
    spark.conf.set(UNPACKED, "1.0")
    try:
        assert "BroadcastHashJoin" in plan_of_join(rows)
        with planned(spark):
            assert "BroadcastHashJoin" not in plan_of_join(rows)
    finally:
        for name, value in before.items():
            spark.conf.set(name, value)


def test_what_java_throws_is_said_in_a_line(spark: SparkSession) -> None:
    with pytest.raises(OvmrIndexError) as raised, spark_errors():
        spark.sparkContext._jvm.java.util.Optional.empty().get()
    said = "Spark: java.util.NoSuchElementException: No value present; see Spark's own log"
    assert str(raised.value) == said


def settings_of(spark: SparkSession) -> list[str | None]:
    """Return the settings that hold only while statements are planned."""
    return [spark.conf.get(name, None) for name in SETTINGS]


def plan_of_join(rows: DataFrame) -> str:
    """Return how Spark joins a table with itself."""
    joined = rows.join(rows.selectExpr("pk", "x AS y"), "pk")
    return str(joined._jdf.queryExecution().executedPlan().toString())
