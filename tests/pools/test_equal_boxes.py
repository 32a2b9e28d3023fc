"""Annotation files that were merged with themselves: equal boxes are said, and pools keep them."""

from typing import Any

import pytest

from ovmr_index import Index
from tests.support.few_synsets import index_of_few_synsets
from tests.support.runs import call
from tests.support.trees import (
    APPLE,
    TENCH,
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow


def _doubled(boxes: list[Json], key: str, by: int) -> list[Json]:
    """Return records, then each again under a new id."""
    return [*boxes, *(box | {key: box[key] + by} for box in boxes)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index of an LVIS file and of objects, both merged with themselves: read only."""
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("doubled") / "datasets", few)
    boxes = [
        annotation(1),
        annotation(2, bbox=[4, 4, 40.5, 36.5]),
        annotation(3, 2),
        annotation(4, 1, 2),
    ]
    builder.lvis(
        categories=[category(1), category(2, APPLE)],
        images=[image(1), image(2)],
        annotations=_doubled(boxes, "id", 5000),
    )
    builder.lvis("val", images=[image(7)], annotations=[])
    objects = [
        vg_object(1, TENCH),
        vg_object(2, APPLE),
        vg_object(3),
        vg_object(4, TENCH, APPLE),
        vg_object(5, TENCH, x=3),
    ]
    builder.visual_genome(vg_objects(8, *_doubled(objects, "object_id", 9000)))
    index = builder.index()
    index.ingest()
    return index


def _notes(index: Index) -> list[tuple[str, str]]:
    issues = index.verify("names").issues
    return [(one.dataset, one.reason) for one in issues if "equal" in one.reason]


def test_verify_counts_boxes_that_are_equal_to_one_before_them(index: Index) -> None:
    said = "boxes equal others of lower id in image, category, x, y, w and h"
    assert _notes(index) == [
        ("lvis", f"4 {said}; the lowest ids are 5001, 5002, 5003"),
        ("visual_genome", f"3 {said}; the lowest ids are 9001, 9002, 9005"),
    ]
    assert {one.kind for one in index.verify("names").issues if "equal" in one.reason} == {"note"}


def test_verify_speaks_of_one_box(builder: TreeBuilder) -> None:
    others: list[dict[str, Any]] = [{"bbox": [4, 4, 40.5, 36.25]}, {"image_id": 2}, {}]
    boxes = [annotation(i) | other for i, other in enumerate(others, 2)]
    builder.lvis(images=[image(1), image(2)], annotations=[annotation(1), *boxes])
    index = builder.index()
    index.ingest()
    said = "1 box equals another of lower id in image, category, x, y, w and h; its id is 4"
    assert _notes(index) == [("lvis", said)]


def test_audit_names_the_exemplars_whose_box_the_pool_has_already(index: Index) -> None:
    found = [one for one in index.audit(ids_only=True) if one.kind == "same_box"]
    reasons = {(one.category_id, one.region_id): one.reason for one in found}
    also = "which stands for the category as well"
    assert reasons == {
        (1, 5001): f"the same box as 1, {also}",
        (1, 5002): f"the same box as 2, {also}",
        (1, 5003): f"the same box as 3, {also}",
        (1, 9001): f"the same box as 1, {also}",
        (1, 9005): f"the same box as 5, {also}",
        (2, 5004): f"the same box as 4, {also}",
        (2, 9002): f"the same box as 2, {also}",
    }
    done = call("audit", "--ids-only", root=index.root)
    assert done.code == 0
    assert "7 same_box" in done.err


def test_pools_keep_equal_boxes(index: Index) -> None:
    lvis = [one.region_id for one in index.exemplars(1) if one.dataset == "lvis"]
    assert lvis == [1, 2, 3, 5001, 5002, 5003]
