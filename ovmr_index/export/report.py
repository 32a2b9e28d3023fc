"""What an export reports of several files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ovmr_index.errors import Issue, counted
from ovmr_index.export.absent_folders import described
from ovmr_index.export.target import WrittenFile
from ovmr_index.shown.readable import Readable, ShownTable, Summary


@dataclass(slots=True, repr=False)
class ExportReport(Readable):
    """What an export wrote, what it left out and what failed.

    Attributes:
        written: The name of a target and its file, for each file.
        left_out: The name of a target whose source is missing, and why.
        failed: The name of a target that was refused, and why: its pools are too small, an input is
            where it would go, or it would replace records by none.
    """

    written: list[tuple[str, WrittenFile]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    def summary(self) -> Summary:
        """Return what was written, left out and refused."""
        written = [(name, str(one.path), one.records) for name, one in self.written]
        counts = (("left out", self.left_out), ("failed", self.failed))
        more = "".join(f", {len(found)} {name}" for name, found in counts if found)
        return Summary(
            f"{counted(len(written), 'file')} written{more}",
            (
                ShownTable("files", ("target", "file", "records"), written),
                *(ShownTable("targets", (name, "reason"), found) for name, found in counts),
            ),
        )


class WrittenImages(NamedTuple):
    """How many images were written now, how many were there, and which could not be written.

    `notes` are what is odd about some that were written now.
    """

    written: int
    kept: int
    problems: list[Issue]
    notes: Sequence[Issue] = ()

    def describe_problems(self, what: str) -> list[str]:
        """Return the problems for people; a folder that is not there is one of them.

        Args:
            what: What was written, as in `crops`.
        """
        return [*described(self.problems, what.removesuffix("s"), what)]

    def with_notes(self, notes: Sequence[str]) -> "WrittenImages":
        """Return the same with notes before its own."""
        return self._replace(notes=[*(Issue(reason=note) for note in notes), *self.notes])


class WrittenFolder(NamedTuple):
    """A folder of images that was written, and what became of these."""

    folder: Path
    images: WrittenImages
