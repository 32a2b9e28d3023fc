"""What a report shows, and in what form."""

from dataclasses import dataclass

from ovmr_index.errors import UsageError, option
from ovmr_index.samples.options import whole_number
from ovmr_index.vocabularies.names import LVIS_TRAIN

DEFAULT_CROPS = 5
MOST_CROPS = 100


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What a report shows, and in what form.

    Attributes:
        crops: How many exemplars of each category are shown; 0 opens no image.
        single_file: Whether all of it is in one file, with its images.
        vocabulary: The vocabulary whose categories it is about.

    Raises:
        UsageError: The number of crops is out of its range.
    """

    crops: int = DEFAULT_CROPS
    single_file: bool = False
    vocabulary: str = LVIS_TRAIN

    def __post_init__(self) -> None:
        """Check the number of crops."""
        object.__setattr__(self, "crops", whole_number(option("crops"), self.crops))
        if not 0 <= self.crops <= MOST_CROPS:
            raise UsageError(f"{option('crops')} is {self.crops:,}; give 0 to {MOST_CROPS}")
