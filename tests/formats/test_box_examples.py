"""docs/inputs.md is right of OpenImages, YOLO and VOC: each box is what the reader makes of it."""

import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.placement import placed
from ovmr_index.formats.records import RegionRecord
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.placements import placement_of
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.split_sources import SplitSources
from tests.support.runs import CHECKOUT
from tests.support.split_trees import IMAGE, box_row, openimages, voc, voc_object, voc_xml, yolo
from tests.support.trees import TreeBuilder

_HEADING = re.compile(r"### (OpenImages|YOLO|Pascal VOC): .*")
_CODE = re.compile(r"`([^`]+)`")


class Example(NamedTuple):
    """What a file has for a box, and what the page says that it becomes."""

    kind: str
    given: str
    taken: list[float] | None
    refused: str


def _examples() -> Iterator[Example]:
    heading = None
    for line in (CHECKOUT / "docs" / "inputs.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = _HEADING.fullmatch(line)
        elif heading is not None and line.startswith("| `"):
            left, right = (cell.strip() for cell in line.strip("|").split(" | "))
            (given,), (expected,) = _CODE.findall(left), _CODE.findall(right)
            is_refused = right.startswith("refused: ")
            taken = None if is_refused else json.loads(expected)
            yield Example(heading[1], given, taken, expected if is_refused else "")


def _openimages(builder: TreeBuilder, given: str) -> SourceSpec:
    builder.pictures(f"oi/train/{IMAGE}.jpg")
    return SplitSources().openimages(openimages(builder, box_row(sides=given.split())))[0]


def _yolo(builder: TreeBuilder, given: str) -> SourceSpec:
    return SplitSources().yolo(yolo(builder, {"train/a.jpg": given}), "yolo")[0][0]


def _voc(builder: TreeBuilder, given: str) -> SourceSpec:
    files = {"a": voc_xml("a.jpg", voc_object(box=given.split()))}
    return SplitSources().voc(voc(builder, files), "voc")[0]


_MAKE: dict[str, Callable[[TreeBuilder, str], SourceSpec]] = {
    "OpenImages": _openimages,
    "YOLO": _yolo,
    "Pascal VOC": _voc,
}


def _read(spec: SourceSpec) -> RegionRecord:
    reader = placed(find_format(spec.format).open(spec.path), placement_of(spec))
    assert len(list(reader.images())) == 1
    return next(reader.regions())


EXAMPLES = [*_examples()]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.kind} {one.given}")
def test_a_box_is_what_the_page_says(builder: TreeBuilder, example: Example) -> None:
    spec = _MAKE[example.kind](builder, example.given)
    if example.refused:
        with pytest.raises(RecordError, match=re.escape(example.refused)):
            _read(spec)
    else:
        found = _read(spec)
        assert [found.x, found.y, found.w, found.h] == example.taken


def test_the_page_has_examples_of_each() -> None:
    assert {(one.kind, bool(one.refused)) for one in EXAMPLES} == {
        (kind, refused) for kind in _MAKE for refused in (False, True)
    }
