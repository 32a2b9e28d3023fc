"""Which categories of a vocabulary are meant, by the part of a partition that they are in."""

from typing import Literal, NamedTuple

Part = Literal["base", "novel"]


RARE_PARTITION = "rare"  # the partition that every vocabulary with frequencies has


BUILT_IN = ("ov-coco",)  # partitions that come with the program


class PartitionFilter(NamedTuple):
    """Which categories are meant: only those in a part of a partition, or all but those."""

    partition: str
    part: Part
    only: bool

    @property
    def label(self) -> str:
        """Return what names of files say of it."""
        return f"{self.partition}_{'only' if self.only else 'without'}_{self.part}"

    @property
    def told(self) -> dict[str, str]:
        """Return it as JSON says it."""
        return {"partition": self.partition, "only" if self.only else "without": self.part}
