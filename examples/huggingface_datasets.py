"""Exemplars, and images with boxes, as datasets of Hugging Face."""

import sys

from ovmr_index import DrawOptions, Index, lvis_boxes
from ovmr_index.integrations import huggingface


def main(root: str) -> None:
    """Make two datasets of what is below a root, and print a row of each."""
    with Index.open(root, create=False) as index:
        crops = huggingface.exemplars(index, DrawOptions(k=5))
        boxes = huggingface.boxes(index, lvis_boxes("val"))
    row = crops[0]
    print(f"{crops.num_rows} crops; the first is {row['image'].size}, {row['category']}")
    print(f"labels are names: {crops.features['label'].names[:3]}…")
    row = boxes[0]
    names = boxes.features["objects"]["category"].feature.int2str(row["objects"]["category"])
    print(f"{boxes.num_rows} images; the first shows {names}")
    # boxes.push_to_hub("you/lvis-val") uploads images and boxes.


if __name__ == "__main__":
    main(sys.argv[1])
