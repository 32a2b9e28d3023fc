"""The options that say which boxes a command writes."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import PartitionFilter
from ovmr_index.cli.box_options import takes_boxes
from ovmr_index.errors import UsageError
from ovmr_index.export.forms.box_options import BoxOptions

NONE = dict.fromkeys(
    ("split", "source", "vocabulary", "category_map", "images", "partition", "only", "without")
)


def boxes_of(**given: Any) -> BoxOptions:
    """Return what a command gets of these values of options."""
    got = []

    @takes_boxes
    def command(*, output: Path | None = None, boxes: BoxOptions) -> None:
        """Keep what comes."""
        got.append((output, boxes))

    command(output=Path("here"), **NONE | given)
    ((output, boxes),) = got
    assert output == Path("here")
    assert (command.__name__, command.__doc__) == ("command", "Keep what comes.")
    assert [*inspect.signature(command).parameters] == ["output", *NONE]
    return boxes


def test_nothing_is_what_a_form_takes_by_default() -> None:
    assert boxes_of() == BoxOptions()


def test_a_split_is_a_source() -> None:
    assert boxes_of(split="val") == BoxOptions(source="lvis_v1_val")
    with pytest.raises(UsageError, match="--split and --source are both given"):
        boxes_of(split="val", source="mine")


def test_each_option_is_kept() -> None:
    given: dict[str, Any] = {
        "source": "mine",
        "vocabulary": "names",
        "category_map": "coco80",
        "images": "some",
    }
    assert boxes_of(**given, partition="rare", without="novel") == BoxOptions(
        **given, partition_filter=PartitionFilter("rare", "novel", only=False)
    )
