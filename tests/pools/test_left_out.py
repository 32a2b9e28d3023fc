"""Which boxes of files in COCO's format are exemplars, and why candidates are none."""

from collections.abc import Callable
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import UsageError
from ovmr_index.ingest.sources import SourceOptions
from ovmr_index.pools.candidate_queries import Reason
from ovmr_index.pools.left_out import LeftOut, describe_left_out
from ovmr_index.pools.recipe import Recipe
from tests.support.few_synsets import index_of_few_synsets
from tests.support.runs import call
from tests.support.trees import (
    APPLE,
    TENCH,
    TENCH_WNID,
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

MUG = {"id": 1, "name": "mug", "synset": "mug.n.04"}
MASK = [[10, 10, 90, 10, 90, 90, 10, 90]]
BOX = [10, 10, 80, 80]

Boxes = Callable[..., Index]


@pytest.fixture
def mugs(builder: TreeBuilder) -> Boxes:
    """Return what makes an index of boxes on one image, numbered from 1."""

    def make(*boxes: Json, size: tuple[int | None, int | None] = (200, 100)) -> Index:
        shown: Json = {"id": 1, "file_name": "a.jpg", "width": size[0], "height": size[1]}
        shown = {name: value for name, value in shown.items() if value is not None}
        numbered = [
            {"id": i, "image_id": 1, "category_id": 1, "bbox": BOX} | box
            for i, box in enumerate(boxes, 1)
        ]
        content = {"images": [shown], "annotations": numbered, "categories": [MUG]}
        file = builder.json("own.json", content)
        index = builder.index()
        images = builder.root / "images"
        images.mkdir(exist_ok=True)
        index.ingest([index.sources.coco(file, "mine", images, None, SourceOptions())])
        return index

    return make


def _exemplars(index: Index) -> list[int | None]:
    return [one.region_id for one in index.exemplars("mug", vocabulary="mine")]


def _left_out(index: Index, **options: Any) -> dict[str, int]:
    rows = index.pools.left_out(vocabulary="mine", **options)
    assert all((row.category_id, row.synset) == (1, "mug.n.04") for row in rows)
    return {row.reason.value: row.candidates for row in rows}


def test_without_a_mask_the_area_is_that_of_the_box(mugs: Boxes) -> None:
    masks: list[Json] = [{}, {"segmentation": []}, {"segmentation": None}]
    areas: list[Json] = [{}, *({"area": area} for area in (1.0, 0, 0.64, 6400, 10**9, 1e-9))]
    said = [area | mask for area in areas for mask in masks]
    small = {"bbox": [10, 10, 30, 30]}
    index = mugs(*said, *(small | one for one in said))
    assert _exemplars(index) == [*range(1, len(said) + 1)]
    assert _left_out(index) == {"small": len(said)}


def test_with_a_mask_the_area_is_that_of_the_mask(mugs: Boxes) -> None:
    masked = {"segmentation": MASK}
    rle = {"segmentation": {"counts": [0, 4, 16], "size": [4, 5]}}
    index = mugs(
        masked | {"area": 900},
        masked | {"area": 1024},
        masked | {"area": 1024.5},
        masked | {"area": 5_000, "bbox": [10, 10, 20, 20]},
        masked | {"area": 0},
        masked,
        rle | {"area": 900},
        rle | {"area": 2_000},
    )
    assert _exemplars(index) == [3, 4, 5, 6, 8]
    assert _left_out(index) == {"small": 3}


def test_box_without_a_pixel_inside_its_image(mugs: Boxes) -> None:
    boxes = [
        ([200, 10, 80, 80], False),
        ([199, 10, 80, 80], True),
        ([10, 100, 80, 80], False),
        ([10, 99.5, 80, 80], True),
        ([-80, 10, 80, 80], False),
        ([-79.5, 10, 80, 80], True),
        ([10, -80, 80, 80], False),
        ([500, 500, 80, 80], False),
        ([-500, -500, 80, 80], False),
        ([-500, -500, 2_000, 2_000], True),
        ([150, 90, -80, -80], False),
    ]
    masked = {"area": 7_000, "segmentation": MASK}
    index = mugs(*({"bbox": box} | mask for box, _ in boxes for mask in ({}, masked)))
    is_inside = [inside for _, inside in boxes for _ in range(2)]
    assert _exemplars(index) == [i for i, inside in enumerate(is_inside, 1) if inside]
    assert _left_out(index) == {"outside": is_inside.count(False)}


@pytest.mark.exhaustive(beyond=1, on="postgresql")
@pytest.mark.parametrize("size", [(None, None), (None, 100)])
def test_box_of_an_image_of_unknown_size(mugs: Boxes, size: tuple[int | None, int | None]) -> None:
    index = mugs({"bbox": [500, 10, 80, 80]}, {"bbox": [-90, 10, 80, 80]}, size=size)
    assert _exemplars(index) == [1]
    assert _left_out(index) == {"outside": 1}


def test_reasons_are_counted_by_category_and_dataset(mugs: Boxes) -> None:
    small, crowd = {"bbox": [1, 1, 8, 8]}, {"iscrowd": 1}
    index = mugs(small, small, crowd, crowd | small, {"bbox": [900, 1, 80, 80]})
    rows = index.pools.left_out(vocabulary="mine")
    assert rows == [
        LeftOut(1, "mug.n.04", "mine", Reason.CROWD, 2),
        LeftOut(1, "mug.n.04", "mine", Reason.OUTSIDE, 1),
        LeftOut(1, "mug.n.04", "mine", Reason.SMALL, 2),
    ]
    assert describe_left_out(rows) == (
        "candidates that are no exemplars: 2 around a crowd, 1 without a pixel inside their image,"
        " 2 too small"
    )
    said = describe_left_out(rows)
    for command in ("collate", "coverage"):
        done = call(command, "--vocabulary", "mine", root=index.root)
        assert f"of those with fewer than 10 exemplars: {said}; see" in done.err
        assert "candidates" not in done.out
    shown = call("coverage", "--why", "--vocabulary", "mine", "--json", root=index.root)
    assert shown.data == [row.as_json() for row in rows]
    assert list(shown.data[0]) == ["category_id", "synset", "dataset", "reason", "candidates"]
    assert "outside" in call("coverage", "--why", "--vocabulary", "mine", root=index.root).out
    assert index.pools.left_out(under=0, vocabulary="mine") == []


def test_recipe_without_a_threshold_has_none_too_small(mugs: Boxes) -> None:
    index = mugs({"bbox": [1, 1, 8, 8]}, {"area": 0.5})
    index.collate(Recipe(min_area=0), vocabulary="mine")
    assert _exemplars(index) == [1, 2]
    assert _left_out(index) == {}


def test_category_without_a_candidate(mugs: Boxes) -> None:
    index = mugs()
    assert index.pools.left_out(vocabulary="mine") == [
        LeftOut(1, "mug.n.04", "", Reason.NOTHING, 0)
    ]
    done = call("coverage", "--vocabulary", "mine", root=index.root)
    assert "no candidate at all for 1 category" in done.err


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index of the datasets of the published recipe; tests make its pools first."""
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("published") / "datasets", few)
    boxes = [annotation(i) for i in range(1, 41)]
    boxes += [annotation(41, area=1024), annotation(42, area=1025, bbox=[500, 500, 9, 9])]
    categories = [category(1), category(2, APPLE), category(3, "stop_sign.n.01")]
    builder.lvis(categories=categories, annotations=boxes)
    builder.lvis("val", images=[image(7)], annotations=[], categories=categories)
    builder.imagenet(
        {f"train/{TENCH_WNID}": ["a.JPEG", "b.jpg", "c.png"], f"val/{TENCH_WNID}": ["d.JPEG"]}
    )
    builder.visual_genome(
        vg_objects(
            8,
            vg_object(30, TENCH),
            vg_object(31, APPLE, w=20, h=20),
            vg_object(32, APPLE, TENCH),
            vg_object(33, APPLE),
            vg_object(34, APPLE, x=900),
            vg_object(35, "stop_sign.n.01"),
        ),
        vg_objects(9, vg_object(36, APPLE)),
        images=[
            {"image_id": 8, "url": "https://x.org/VG/8.jpg", "width": 64, "height": 48},
            {
                "image_id": 9,
                "url": "https://x.org/VG/9.jpg",
                "width": 64,
                "height": 48,
                "coco_id": 7,
            },
        ],
    )
    index = builder.index()
    index.ingest()
    return index


def test_published_recipe_takes_boxes_as_they_are(published: Index) -> None:
    published.collate()
    assert [one.region_id for one in published.exemplars(1)][:41] == [*range(1, 41), 42]
    assert [one.region_id for one in published.exemplars(2)] == [33, 34, 36]


def test_reasons_of_the_published_recipe(published: Index) -> None:
    published.collate(Recipe(exclude_val=True))
    rows = [tuple(row.as_json().values()) for row in published.pools.left_out()]
    assert rows == [
        (1, TENCH, "imagenet21k", "file_name", 2),
        (1, TENCH, "imagenet21k", "split", 1),
        (1, TENCH, "lvis", "small", 1),
        (1, TENCH, "visual_genome", "enough", 2),
        (2, APPLE, "visual_genome", "small", 1),
        (2, APPLE, "visual_genome", "synsets", 1),
        (2, APPLE, "visual_genome", "val_image", 1),
        (3, "stop_sign.n.01", "visual_genome", "excluded", 1),
    ]
    few = published.pools.left_out(under=10)
    assert {row.category_id for row in few} == {2, 3}


def test_unknown_vocabulary(published: Index) -> None:
    with pytest.raises(UsageError, match="there is no vocabulary"):
        published.pools.left_out(vocabulary="none")
