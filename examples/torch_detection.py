"""LVIS train with boxes and masks, as torchvision's detectors are trained on it."""

import sys

from torch.utils.data import DataLoader
from torchvision.transforms import v2

from ovmr_index import Index, lvis_boxes
from ovmr_index.integrations.torch import DetectionDataset, collate


def main(root: str) -> None:
    """Read images below a root, and print what a batch is."""
    transforms = v2.Compose([v2.RandomHorizontalFlip(), v2.Resize(320)])
    with Index.open(root, create=False) as index:
        dataset = DetectionDataset(index, lvis_boxes("train"), transforms, masks=True)
    print(f"{len(dataset)} images, {len(dataset.label_names)} categories")
    for images, targets in DataLoader(dataset, batch_size=2, num_workers=2, collate_fn=collate):
        for image, target in zip(images, targets, strict=True):
            names = [dataset.label_names[label] for label in target["labels"]]
            print(f"image {target['image_id']}, {tuple(image.shape)}: {', '.join(names)}")
        break


if __name__ == "__main__":
    main(sys.argv[1])
