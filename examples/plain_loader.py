"""Crops and boxes where ovmr-index is not installed: its one file, and exported JSON.

Before, where it is: `ovmr-index export && ovmr-index export loader`.
"""

import sys
from pathlib import Path


def main(root: str) -> None:
    """Read exported files below a root, and print an item of each."""
    sys.path.append(str(Path(root, "exports", "loader")))  # or copy the file to your code
    from ovmr_loader import DetectionDataset, ExemplarDataset

    sample = f"{root}/metadata/lvis_image_exemplar_dict_K-005_own.json"
    crops = ExemplarDataset(sample, root, categories=f"{root}/lvis/lvis_v1_train.json")
    image, label, metadata = crops[0]
    print(f"{len(crops)} crops; the first is {image.size}, label {label}, {metadata['category']}")

    images = DetectionDataset(f"{root}/lvis/lvis_v1_train_norare.json", f"{root}/coco")
    image, target = images[0]
    print(f"{len(images)} images; the first is {image.size} with {len(target['boxes'])} boxes")


if __name__ == "__main__":
    main(sys.argv[1])
