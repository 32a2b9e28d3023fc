"""The index in pandas: how large the boxes of each frequency are."""

import sys

from ovmr_index import Index
from ovmr_index.integrations import pandas


def main(root: str) -> None:
    """Print a table of what is below a root."""
    query = "SELECT frequency, category, w * h AS area FROM boxes WHERE source = :source"
    with Index.open(root, create=False) as index:
        boxes = pandas.frame(index, query, {"source": "lvis_v1_train"})
        coverage = pandas.frame(index, "category_coverage")
    print(boxes.groupby("frequency")["area"].describe()[["count", "50%", "max"]].round(1))
    by_dataset = coverage.pivot_table(values="exemplars", index="category", columns="dataset")
    print(by_dataset.fillna(0).astype(int).head(3))


if __name__ == "__main__":
    main(sys.argv[1])
