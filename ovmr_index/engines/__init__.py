"""Pools and draws over an index in Parquet, on engines that are not its own: DuckDB and Spark."""
