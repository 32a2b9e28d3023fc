"""The index in Polars: the categories whose exemplars come from the most images."""

import sys

import polars as pl

from ovmr_index import Index
from ovmr_index.integrations import polars


def main(root: str) -> None:
    """Print a table of what is below a root."""
    with Index.open(root, create=False) as index:
        exemplars = polars.frame(index, "exemplars")
    images = pl.struct("source", "file_name").n_unique().alias("images")
    counted = exemplars.group_by("category").agg(pl.len().alias("exemplars"), images)
    print(counted.sort("images", "category", descending=[True, False]).head(3))


if __name__ == "__main__":
    main(sys.argv[1])
