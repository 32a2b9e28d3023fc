"""Pools as DataFrames of Spark, made by Spark of an index in Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ovmr_index.vocabularies.names import LVIS_TRAIN

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from ovmr_index.pools.recipe import Recipe


def pools(
    spark: SparkSession,
    folder: str | Path,
    recipe: Recipe | None = None,
    *,
    vocabulary: str = LVIS_TRAIN,
) -> DataFrame:
    """Return the pools of a vocabulary: a row for each exemplar.

    They are made now, by the statements of `collate`, and kept where Spark keeps what it computed.
    The columns are those of the view `exemplars`; `position` is the place in a category's pool,
    from 0.

    Args:
        spark: The session that makes them, which can read the files of the folder.
        folder: What `export parquet` wrote.
        recipe: How pools are made; the published recipe if None.
        vocabulary: Whose pools.

    Raises:
        RecordError: The folder is not what `export parquet` wrote, or is damaged.
        UsageError: It has no such vocabulary.
        OvmrIndexError: sqlglot cannot be imported, a step of the recipe can give nothing, or Spark
            reports an error.
    """
    from ovmr_index.engines.api import ParquetPools, connected, prefix
    from ovmr_index.engines.dialect import compiled
    from ovmr_index.engines.exemplar_queries import view_rows
    from ovmr_index.engines.spark_engine import SparkConnection, planned, spark_errors

    opened = SparkConnection(spark, prefix())
    with spark_errors(), planned(spark), connected(opened) as connection:
        made = ParquetPools(connection, opened, Path(folder), vocabulary)
        made.collate(recipe)
        rows = opened.select(*compiled(connection, view_rows(made.vocabulary_pk)))
        # A frame is planned when it is asked, which would be after the settings of this block.
        return rows.localCheckpoint()
