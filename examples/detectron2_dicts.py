"""LVIS train as detectron2 takes it, without rare boxes; registered where detectron2 is there."""

import sys
from importlib.util import find_spec

from ovmr_index import BoxOptions, Index, PartitionFilter
from ovmr_index.integrations.detectron2 import dataset_dicts, register


def main(root: str) -> None:
    """Read images below a root, and print the first."""
    base = BoxOptions(partition_filter=PartitionFilter("rare", "base", only=True))
    with Index.open(root, create=False) as index:
        if find_spec("detectron2"):
            register(index, "lvis_base", base)  # and in the config: DATASETS.TRAIN ("lvis_base",)
        dicts = dataset_dicts(index, base)
    first = dicts[0]
    print(f"{len(dicts)} images; the first is {first['file_name'].rpartition('/')[2]}")
    print(f"its boxes are of {[box['category_id'] for box in first['annotations']]}")
    print(f"it certainly shows none of {first['neg_category_ids']}")


if __name__ == "__main__":
    main(sys.argv[1])
