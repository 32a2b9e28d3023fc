"""What an ingest did."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field

from ovmr_index.errors import Issue, OvmrIndexError, counted
from ovmr_index.shown.readable import Readable, ShownTable, Summary


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

    @property
    def held(self) -> int:
        """How many there were before."""
        return self.changed + self.unchanged + self.vanished


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one source's ingest did, counted in annotations, objects or image files.

    Attributes:
        problems: What was left out.
        notes: What is good to know.
        found: What a tree was found to be: its layout and release.
        others: The counts of what is not counted first, by what it is called: images, categories,
            class folders.
    """

    name: str
    format: str
    counts: Counts
    problems: Sequence[Issue]
    seconds: float
    notes: Sequence[str] = ()
    found: str = ""
    others: Mapping[str, Counts] = field(default_factory=dict)

    @property
    def did_work(self) -> bool:
        """Whether anything of the source was added, changed or removed."""
        return self.counts.did_work or any(one.did_work for one in self.others.values())


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


@dataclass(frozen=True, slots=True, repr=False)
class IngestReport(Readable):
    """What an ingest did, source by source, and the paths where nothing was found."""

    sources: list[SourceReport] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def summary(self) -> Summary:
        """Return the counts of each source, what was left out, and what was not found."""
        columns = ("source", "added", "changed", "unchanged", "vanished", "left out")
        rows = [(one.name, *astuple(one.counts), len(one.problems)) for one in self.sources]
        problems = [(one.describe(),) for source in self.sources for one in source.problems]
        missing = f", {counted(len(self.missing), 'path')} not found" if self.missing else ""
        return Summary(
            f"{counted(len(rows), 'source')}{missing}",
            (
                ShownTable("sources", columns, rows),
                ShownTable("problems", ("left out",), problems),
                ShownTable("paths", ("not found",), [(path,) for path in self.missing]),
            ),
        )


class VanishedError(OvmrIndexError):
    """An ingest by which most of what a source held would vanish, which nobody asked for.

    The source is as it was. `report` says what the ingest did with the others.
    """

    def __init__(self, message: str, report: IngestReport | None = None) -> None:
        super().__init__(message)
        self.report = report or IngestReport()
