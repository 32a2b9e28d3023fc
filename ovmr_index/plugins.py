"""Formats and export targets of other packages, found by their entry points when asked for."""

from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from ovmr_index.errors import OvmrIndexError, unknown

Group = Literal["ovmr_index.sources", "ovmr_index.targets"]

SOURCES: Group = "ovmr_index.sources"
TARGETS: Group = "ovmr_index.targets"


def load(group: Group, name: str) -> Any:
    """Return what the entry point `name` of a group stands for.

    Raises:
        UsageError: No installed package has it.
        OvmrIndexError: It cannot be imported.
    """
    found = {point.name: point for point in entry_points(group=group)}
    if name not in found:
        kind = "format" if group == SOURCES else "export target"
        raise unknown(kind, name, sorted(found), see="install a package that has it")
    return _load(found[name])


def names(group: Group) -> list[str]:
    """Return the names of a group that installed packages have, in order."""
    return sorted({point.name for point in entry_points(group=group)})


def _load(point: EntryPoint) -> Any:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise OvmrIndexError(
            f"plug-in {point.name} ({point.value}): {error}; install its package again"
        ) from None
