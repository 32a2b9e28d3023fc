"""What `Index` reports of its exports, its pools and its draws."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ovmr_index.errors import Problem
from ovmr_index.export.target import WrittenFile


@dataclass(slots=True)
class ExportReport:
    """What an export wrote; what it left out for want of a source; what failed, and why."""

    written: list[tuple[str, WrittenFile]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


class WrittenImages(NamedTuple):
    """How many pictures were written now and before; a problem is (dataset, file name, reason)."""

    written: int
    kept: int
    problems: list[Problem]
