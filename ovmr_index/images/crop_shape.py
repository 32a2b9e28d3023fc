"""How much of an image a crop shows, and of what shape it is."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from ovmr_index.errors import UsageError, option

PUBLISHED_CONTEXT = 0.4
MAX_SIZE = 8_192  # pixels: a square of these is below what Pillow decodes


@dataclass(frozen=True, slots=True)
class CropShape:
    """What is cut out around a box; by default what the scripts of MM-OVOD cut out.

    Attributes:
        context: How far the side of the crop is larger than the larger side of the box, as a part
            of that: 0 is the larger side itself, 0.4 is 1.4 times that. A whole image has none.
        square: Whether the crop is a square. One that would leave the image is moved into it, and
            padded where the image is smaller. Otherwise a crop is cut at the image's edges.
        size: The longer side of the crop in pixels, to which it is made smaller or larger; None
            leaves it as it is cut.

    Raises:
        UsageError: A number is out of its range.
    """

    context: float = PUBLISHED_CONTEXT
    square: bool = False
    size: int | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not 0 <= self.context < math.inf:
            raise UsageError(f"{option('context')} is {self.context}; give 0 or more, as in 0.4")
        if self.size is not None and self.size not in range(1, MAX_SIZE + 1):
            raise UsageError(f"{option('size')} is {self.size}; give 1 to {MAX_SIZE:,} pixels")

    @property
    def keeps_pixels(self) -> bool:
        """Whether the pixels of a crop are those of the image, and no others."""
        return not self.square and self.size is None

    def as_json(self) -> dict[str, Any]:
        """Return the options by name."""
        return asdict(self)


PUBLISHED = CropShape()
