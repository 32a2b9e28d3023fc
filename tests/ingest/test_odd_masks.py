"""`verify` notes masks of another size than their image, and those that are outside of it."""

from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.ingest.sources import SourceOptions
from tests.support.contents import run_on
from tests.support.runs import call
from tests.support.trees import Json, TreeBuilder, annotation, image, picture

pytestmark = pytest.mark.slow

SIZE = "another size than"
OUTSIDE = "no pixel inside"
INSIDE = [[10, 10, 90, 10, 90, 90]]


def _runs(height: int, width: int) -> Json:
    return {"size": [height, width], "counts": [height * width]}


def _index(builder: TreeBuilder, masks: list[Any], **shown: Any) -> Index:
    """Return an index of one image of 200 x 100 pixels, with a box for each mask."""
    boxes = [
        {"id": i, "image_id": 1, "category_id": 1, "bbox": [10, 10, 80, 80], "segmentation": mask}
        for i, mask in enumerate(masks, 1)
    ]
    images = [{"id": 1, "file_name": "1.jpg", "width": 200, "height": 100} | shown]
    content = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "mug"}]}
    builder.file("mine/1.jpg", picture((200, 100)))
    file = builder.json("mine.json", content)
    index = builder.index()
    index.ingest([index.sources.coco(file, "mine", builder.root / "mine", None, SourceOptions())])
    return index


def _notes(index: Index) -> list[str]:
    issues = [one for one in index.verify("names").issues if "mask" in one.reason]
    assert {one.kind for one in issues} <= {"note"}
    return [one.reason for one in issues]


OFF = [
    (_runs(200, 100), SIZE),
    (_runs(50, 50), SIZE),
    ({"size": [100, 201], "counts": "PPYo1"}, SIZE),
    ([[500, 50, 600, 50, 550, 90]], OUTSIDE),
    ([[200, 50, 600, 50, 550, 90]], OUTSIDE),
    ([[50, 100, 60, 150, 55, 190]], OUTSIDE),
    ([[-50, 10, 0, 20, -5, 90]], OUTSIDE),
    ([[50, -9, 60, -1, 55, -3]], OUTSIDE),
    ([[500, 50, 600, 50, 550, 90], [300, 1, 310, 1, 310, 9]], OUTSIDE),
]


def test_masks_that_are_not_as_their_image_are_noted(builder: TreeBuilder) -> None:
    assert _notes(_index(builder, [mask for mask, _ in OFF])) == [
        f"3 masks have {SIZE} their image; the lowest id is 1",
        f"6 masks have {OUTSIDE} their image; the lowest id is 4",
    ]


@pytest.mark.exhaustive(beyond=1)  # the test above counts them
@pytest.mark.parametrize(("mask", "said"), OFF)
def test_masks_are_compared_with_their_image(builder: TreeBuilder, mask: Any, said: str) -> None:
    notes = [f"1 mask has {said} its image; the lowest id is 2"]
    assert _notes(_index(builder, [INSIDE, mask])) == notes


def test_masks_that_are_as_their_image_are_not_noted(builder: TreeBuilder) -> None:
    masks = [
        _runs(100, 200),
        {"size": [100, 200], "counts": "PPYo1"},
        INSIDE,
        [[-20, -20, 220, -20, 100, 300]],
        [[199.5, 50, 600, 50, 550, 90]],
        [[0, 0, 10, 0, 10, 10]],
        [[500, 50, 600, 50, 550, 90], *INSIDE],
        [],
        None,
    ]
    assert _notes(_index(builder, masks)) == []


def test_masks_are_counted_by_source(builder: TreeBuilder) -> None:
    off = [[500, 50, 600, 50, 550, 90]]
    index = _index(builder, [_runs(9, 9), off, INSIDE, _runs(9, 8), off, off])
    builder.lvis(annotations=[annotation(4, segmentation=[[70, 1, 80, 1, 80, 9]])])
    index.ingest()
    assert _notes(index) == [
        "1 mask has no pixel inside its image; the lowest id is 4",
        "2 masks have another size than their image; the lowest id is 1",
        "3 masks have no pixel inside their image; the lowest id is 2",
    ]


@pytest.mark.parametrize("size", [{"width": 0, "height": 0}, {"width": None, "height": None}])
def test_an_image_of_unknown_size_is_not_compared(builder: TreeBuilder, size: Json) -> None:
    assert _notes(_index(builder, [_runs(9, 9), [[500, 50, 600, 50, 550, 90]]], **size)) == []


def test_a_mask_that_is_no_json_is_damage(builder: TreeBuilder) -> None:
    builder.lvis(images=[image(1)], annotations=[annotation(1)])
    index = builder.index()
    index.ingest()
    run_on(index, "UPDATE region_records SET record = '{'")
    done = call("verify", "--quick", root=index.root)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "db check" in done.err or "damaged" in done.err
