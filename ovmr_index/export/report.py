"""What an export reports of several files."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ovmr_index.errors import Issue
from ovmr_index.export.target import WrittenFile


@dataclass(slots=True)
class ExportReport:
    """What an export wrote, what it left out and what failed.

    Attributes:
        written: The name of a target and its file, for each file.
        left_out: The name of a target whose source is missing, and why.
        failed: The name of a target whose pools are too small, and why.
    """

    written: list[tuple[str, WrittenFile]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


class WrittenImages(NamedTuple):
    """How many images were written now, how many were there, and which could not be written."""

    written: int
    kept: int
    problems: list[Issue]
