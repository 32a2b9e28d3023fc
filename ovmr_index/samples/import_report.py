"""What became of a sample's file that was imported."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from ovmr_index.errors import Issue, counted
from ovmr_index.samples.sample_file import SampleEntry
from ovmr_index.shown.readable import Readable, ShownTable, Summary


class CategoryEntries(NamedTuple):
    """The exemplars that a sample's file has of a category, and how the vocabulary calls it.

    `synset` is the category's name where it has none.
    """

    category_pk: int
    category_id: int
    name: str
    synset: str
    entries: list[SampleEntry]


@dataclass(frozen=True, slots=True, order=True)
class ImportIssue(Issue):
    """An exemplar of a sample's file that is missing in the index, or has another box there.

    `kind` is `missing` or `box`, `file` the file name of the exemplar's image. `position` is its
    place among those of its category, from 0. `substitute` is the file name of what was drawn for
    it.
    """

    category_id: int = 0
    position: int = 0
    substitute: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the issue as `import-sample --json` prints it."""
        return {
            "category_id": self.category_id,
            "position": self.position,
            "dataset": self.dataset,
            "file_name": self.file,
            "kind": self.kind,
            "reason": self.reason,
            "substitute": self.substitute,
        }


@dataclass(frozen=True, slots=True, repr=False)
class ImportReport(Readable):
    """What became of a sample's file: of its `exemplars` some are `here` and some are not.

    `boxes` of those that are here have another box than the file says, and `notes` tell of other
    members that differ. `saved` is whether the sample was saved.
    """

    name: str
    vocabulary: str
    categories: int
    exemplars: int
    here: int
    missing: int
    replaced: int
    boxes: int
    saved: bool
    problems: list[ImportIssue]
    notes: list[str]

    def summary(self) -> Summary:
        """Return how many exemplars are here, and what is wrong with the others."""
        state = "saved" if self.saved else "not saved"
        rows = [(one.kind, one.dataset, one.file, one.reason) for one in self.problems]
        return Summary(
            f"{self.name} is {state}, {self.here:,} of {counted(self.exemplars, 'exemplar')} here",
            (ShownTable("problems", ("kind", "dataset", "file", "reason"), rows),),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the report as `import-sample --json` prints it; `notes` only where there are."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        if not self.notes:
            del values["notes"]
        return values | {"problems": [one.as_json() for one in self.problems]}


def import_report(
    name: str,
    vocabulary: str,
    listed: Sequence[CategoryEntries],
    problems: list[ImportIssue],
    notes: list[str],
    *,
    allow_missing: bool,
) -> ImportReport:
    """Return what is to become of a sample: it is saved if all is there, or may be missing."""
    exemplars = sum(len(one.entries) for one in listed)
    missing = [one for one in problems if one.kind == "missing"]
    replaced = sum(one.substitute is not None for one in missing)
    return ImportReport(
        name,
        vocabulary,
        categories=len(listed),
        exemplars=exemplars,
        here=exemplars - len(missing),
        missing=len(missing),
        replaced=replaced,
        boxes=len(problems) - len(missing),
        saved=allow_missing or replaced == len(missing),
        problems=problems,
        notes=notes,
    )
