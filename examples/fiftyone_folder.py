"""LVIS val as samples of FiftyOne, and as a folder that FiftyOne imports where its MongoDB runs."""

import sys

from ovmr_index import Index, lvis_boxes
from ovmr_index.integrations import fiftyone


def main(root: str) -> None:
    """Make samples of what is below a root, and write them."""
    with Index.open(root, create=False) as index:
        first = next(fiftyone.samples(index, lvis_boxes("val")))
        written = fiftyone.write(index, lvis_boxes("val"))
    labels = [one.label for one in first.ground_truth.detections]
    print(f"image {first.image_id} shows {', '.join(labels)}")
    print(
        f"{written.records} images are in {written.path.parent.relative_to(root)}; import them by"
    )
    print("fo.Dataset.from_dir(FOLDER, fo.types.FiftyOneImageDetectionDataset)")


if __name__ == "__main__":
    main(sys.argv[1])
