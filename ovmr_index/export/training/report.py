"""What is there of what a code base opens."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ovmr_index.shown.readable import Readable, ShownTable, Summary

State = Literal["there", "made", "missing", "optional", "elsewhere"]


@dataclass(frozen=True, slots=True)
class TrainingItem:
    """A file or folder that a code base opens.

    Attributes:
        path: Below the folder of the report.
        state: `there`, `made` by this run, or `missing`. What only a `part` of the code base opens
            is `optional` where the index does not hold its dataset. `elsewhere` is what no index
            can make.
        detail: What it is, as in `478 of 478 images of imagenet_lvis_image_info.json`.
        remedy: What to type where it is missing.
        said_in: The file of the code base that says so, and the lines.
        part: The part of the code base that opens it; "" for what it always opens.
    """

    path: str
    state: State
    detail: str
    remedy: str = ""
    said_in: str = ""
    part: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the item as `prepare training --json` prints it."""
        return {
            "path": self.path,
            "state": self.state,
            "detail": self.detail,
            "remedy": self.remedy,
            "said_in": self.said_in,
            "part": self.part,
        }


@dataclass(frozen=True, slots=True, repr=False)
class TrainingReport(Readable):
    """What a code base opens below a folder; `notes` are of what was written now."""

    code_base: str
    folder: Path
    items: tuple[TrainingItem, ...]
    notes: tuple[str, ...] = ()

    def summary(self) -> Summary:
        """Return how much of what the code base opens is there, and what is not."""
        rows = [(one.path, one.state, one.detail, one.remedy) for one in self.items]
        return Summary(
            f"{self.code_base} below {self.folder}, {len(self.missing)} of {len(rows)} missing",
            (ShownTable("files", ("path", "state", "what it is", "what to type"), rows),),
        )

    @property
    def missing(self) -> tuple[TrainingItem, ...]:
        """What is not there, and should be."""
        return tuple(one for one in self.items if one.state == "missing")

    @property
    def is_complete(self) -> bool:
        """Whether everything is there that the index can make."""
        return not self.missing

    def as_json(self) -> dict[str, Any]:
        """Return the report as `prepare training --json` prints it."""
        return {
            "code_base": self.code_base,
            "folder": str(self.folder),
            "complete": self.is_complete,
            "items": [one.as_json() for one in self.items],
        }
