"""The index as Parquet, for other engines and other machines."""
