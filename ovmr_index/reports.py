"""What `Index` reports of its exports and of its pools."""

from dataclasses import dataclass, field

from ovmr_index.export.job import Written


@dataclass(slots=True)
class ExportReport:
    """What an export wrote; what it left out for want of a source; what failed, and why."""

    written: list[tuple[str, Written]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many exemplars a category's pool holds: by dataset, by substitutes, in all."""

    category_id: int
    synset: str
    by_dataset: dict[str, int]
    substitutes: int

    @property
    def total(self) -> int:
        """Return the number of exemplars of the pool."""
        return sum(self.by_dataset.values())
