"""Sources and export targets of other packages, found by their entry points when asked for."""

from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from ovmr_index.errors import OvmrIndexError, UsageError

Group = Literal["ovmr_index.sources", "ovmr_index.targets"]

SOURCES: Group = "ovmr_index.sources"
TARGETS: Group = "ovmr_index.targets"


def load(group: Group, name: str) -> Any:
    """Return what the entry point `name` of a group stands for.

    Raises UsageError where no package that is installed has it, OvmrIndexError where it cannot be
    imported.
    """
    found = {point.name: point for point in entry_points(group=group)}
    if name not in found:
        kind = group.rpartition(".")[2].removesuffix("s")
        known = ", ".join(sorted(found)) or "none"
        raise UsageError(f"no package has the {kind} {name!r} (there is {known}); install one")
    return _load(found[name])


def _load(point: EntryPoint) -> Any:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise OvmrIndexError(
            f"plug-in {point.name} ({point.value}): {error}; install its package again"
        ) from None
