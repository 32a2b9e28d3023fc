"""Five exemplars of each category as batches of crops, read by two processes."""

import sys

from torch.utils.data import DataLoader
from torchvision.transforms import v2

from ovmr_index import DrawOptions, Index
from ovmr_index.integrations.torch import ExemplarDataset


def main(root: str) -> None:
    """Draw exemplars below a root, and print what a batch is."""
    transform = v2.Compose([v2.ToImage(), v2.Resize((224, 224)), v2.RGB()])
    with Index.open(root, create=False) as index:
        dataset = ExemplarDataset(index, DrawOptions(k=5, seed=42), transform)
    print(f"{len(dataset)} exemplars of {len(dataset.label_names)} categories")
    for images, labels, metadata in DataLoader(dataset, batch_size=32, num_workers=2):
        print(f"images {tuple(images.shape)}, labels {labels[:6].tolist()}…")
        print(f"from {sorted(set(metadata['dataset']))}")
        break


if __name__ == "__main__":
    main(sys.argv[1])
