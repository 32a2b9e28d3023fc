"""Some categories of a vocabulary, by the part of a partition that they are in."""

from typing import Literal, NamedTuple

from ovmr_index.storage.paths import check_name

Part = Literal["base", "novel"]

RARE_PARTITION = "rare"  # the partition that every vocabulary with rare categories has
PUBLISHED_PARTITIONS = ("ov-coco",)


class PartitionFilter(NamedTuple):
    """The categories in a part of a partition (`only`), or all the others."""

    partition: str
    part: Part
    only: bool

    @property
    def label(self) -> str:
        """The filter as names of files have it, as in `rare_without_novel`.

        Raises UsageError for a name of a partition that cannot be part of a file's.
        """
        check_name("partition", self.partition)
        return f"{self.partition}_{'only' if self.only else 'without'}_{self.part}"

    def as_json(self) -> dict[str, str]:
        """Return the filter as JSON output and saved samples have it."""
        return {"partition": self.partition, "only" if self.only else "without": self.part}
