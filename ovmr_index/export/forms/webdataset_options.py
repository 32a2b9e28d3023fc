"""What the shards of a WebDataset hold."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from ovmr_index.errors import UsageError, option
from ovmr_index.images.crop_shape import PUBLISHED, CropShape

ShownImages = Literal["crops", "whole"]
SHARD_SIZE = 1_000


@dataclass(frozen=True, slots=True)
class WebDatasetOptions:
    """What shards hold, and how much.

    Attributes:
        images: `crops`, or `whole` images: their files as they are.
        shard_size: How many samples a shard has.
        shape: How much of its image a crop shows, and in what form.

    Raises:
        UsageError: A shape is given for whole images, or a number is out of its range.
    """

    images: ShownImages = "crops"
    shard_size: int = SHARD_SIZE
    shape: CropShape = PUBLISHED

    def __post_init__(self) -> None:
        """Check the options."""
        if self.images not in get_args(ShownImages):
            raise UsageError(f"{option('images')} is {self.images}; give 'crops' or 'whole'")
        if self.images == "whole" and self.shape != PUBLISHED:
            raise UsageError(
                f"{option('images', 'whole')}: files are written as they are; leave out"
                f" {option('context')}, {option('square')} and {option('size')}"
            )
        if self.shard_size < 1:
            raise UsageError(f"{option('shard_size')} is {self.shard_size}; give 1 or more")

    def as_json(self) -> dict[str, Any]:
        """Return the options by name."""
        return asdict(self)
