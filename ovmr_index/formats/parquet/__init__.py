"""An index as a folder of Parquet files: what is in it, and whether it is whole."""
