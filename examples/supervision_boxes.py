"""LVIS val in supervision: counted, and one image drawn with its boxes."""

import sys

import supervision as sv

from ovmr_index import Index, lvis_boxes
from ovmr_index.integrations.supervision import detection_dataset


def main(root: str) -> None:
    """Draw the boxes of an image below a root."""
    with Index.open(root, create=False) as index:
        dataset = detection_dataset(index, lvis_boxes("val"))
    _, image, found = dataset[0]
    names = [dataset.classes[one] for one in found.class_id]
    drawn = sv.BoxAnnotator().annotate(image.copy(), found)
    drawn = sv.LabelAnnotator().annotate(drawn, found, labels=names)
    print(f"{len(dataset)} images; the first has {len(found)} boxes: {', '.join(names)}")
    print(f"drawn on {drawn.shape[1]} x {drawn.shape[0]} pixels")


if __name__ == "__main__":
    main(sys.argv[1])
