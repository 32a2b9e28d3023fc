"""What an ingest did."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ovmr_index.errors import Issue


@dataclass(slots=True)
class Counts:
    """How many annotations, objects or image files were added, changed, left or removed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0

    @property
    def did_work(self) -> bool:
        """Whether a row was added, changed or removed."""
        return bool(self.added or self.changed or self.vanished)


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one source's ingest did, counted in annotations, objects or image files.

    Attributes:
        problems: What was left out.
        notes: What is good to know.
        found: What a tree was found to be: its layout and release.
    """

    name: str
    format: str
    counts: Counts
    problems: Sequence[Issue]
    seconds: float
    notes: Sequence[str] = ()
    found: str = ""


@dataclass(frozen=True, slots=True)
class Removal:
    """The sources that were taken out, with how many images, regions and exemplars of pools.

    `rows` counts those of all tables.
    """

    sources: Sequence[str]
    images: int
    regions: int
    exemplars: int
    rows: int


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, source by source, and the paths where nothing was found."""

    sources: list[SourceReport] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
