"""The hierarchy of OpenImages: a tree of classes in JSON, in which one may stand several times."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import msgspec
from msgspec import Struct, field

from ovmr_index.errors import RecordError, shortened
from ovmr_index.formats.json_document import JsonDocument

_BELOW = "Subcategory"


class _Node(Struct):
    label: str = field(name="LabelName")
    below: list["_Node"] = field(name=_BELOW, default_factory=list)


_NODE = msgspec.json.Decoder(_Node)
_LABEL = msgspec.json.Decoder(str)


def hierarchy_file(boxes: Path) -> Path | None:
    """Return the file of the hierarchy: beside the boxes or one folder up, the last by name."""
    for folder in (boxes.parent, boxes.parent.parent):
        if found := [*folder.glob("*hierarchy*.json")]:
            return max(found)
    return None


def read_broader(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the classes that each class is directly below, by LabelName, in the file's order.

    Parts of things (`Part`) are not below them. Raises RecordError for a file that is wrong, and
    for a class that is below itself.
    """
    document = JsonDocument(path)
    members = document.members()
    if "LabelName" not in members:
        raise document.error("", "has no member `LabelName`", "is it another kind of file?")
    top = _Node(document.decode(_LABEL, members["LabelName"], "LabelName"))
    for i, raw in enumerate(document.array(members, _BELOW)):
        top.below.append(document.decode(_NODE, raw, f"{_BELOW}[{i}]"))
    broader: dict[str, dict[str, None]] = {}
    waiting = [top]
    while waiting:
        node = waiting.pop(0)
        for one in node.below:
            broader.setdefault(one.label, {})[node.label] = None
        waiting += node.below
    _require_no_cycle(path, broader)
    return {label: tuple(above) for label, above in broader.items()}


def _require_no_cycle(path: Path, broader: dict[str, dict[str, None]]) -> None:
    try:
        TopologicalSorter(broader).prepare()
    except CycleError as error:
        cycle = shortened(", ".join(error.args[1]))
        problem = f"has classes that are below themselves: {cycle}"
        raise RecordError(path, "", problem, "download it again") from None
