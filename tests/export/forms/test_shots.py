"""Few shots of each category: how many, which, and the same in every index."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index import BoxOptions, Index, Shots
from ovmr_index.errors import UsageError
from tests.support.trees import (
    APPLE,
    BASKET,
    TENCH,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

CATEGORIES = [category(7, TENCH), category(3, APPLE), category(5, BASKET)]
# Eight images with three tenches and an apple each, and one basket.
ANNOTATIONS = [
    *(annotation(100 * at + i, at, 7) for at in range(1, 9) for i in range(3)),
    *(annotation(100 * at + 50, at, 3) for at in range(1, 9)),
    annotation(5, 4, 5),
]


def write_tree(builder: TreeBuilder, annotations: list[dict[str, Any]] = ANNOTATIONS) -> Index:
    """Write the tree and ingest it."""
    builder.lvis(
        categories=CATEGORIES,
        images=[image(at) for at in range(1, 9)],
        annotations=annotations,
    )
    index = builder.index()
    index.ingest()
    return index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index of the tree."""
    return write_tree(TreeBuilder(tmp_path_factory.mktemp("shots") / "datasets", empty_index))


def picked(index: Index, path: Path, shots: Shots, **options: Any) -> list[dict[str, Any]]:
    """Return the annotations of a file of few shots."""
    index.exports.coco(BoxOptions(**options), path, shots=shots, allow_empty=True)
    found: list[dict[str, Any]] = json.loads(path.read_bytes())["annotations"]
    return found


def ids(annotations: list[dict[str, Any]]) -> set[int]:
    """Return the ids of annotations, each of which is there once."""
    found = [one["id"] for one in annotations]
    assert len(found) == len({*found})
    return {*found}


def test_instances(index: Index, tmp_path: Path) -> None:
    written = index.exports.coco(None, tmp_path / "file", shots=Shots(2))
    found = json.loads(written.path.read_bytes())
    counts = Counter(one["category_id"] for one in found["annotations"])
    assert counts == {7: 2, 3: 2, 5: 1}
    images = {one["image_id"] for one in found["annotations"]}
    assert [one["id"] for one in found["images"]] == sorted(images)
    assert len(found["categories"]) == 3
    assert written.notes == (
        "1 category has fewer than 2 annotations, all of which are taken: basket (1)",
    )


def test_the_order_is_that_of_a_hash(index: Index, tmp_path: Path) -> None:
    """Anybody can find the shots: of a category those whose text has the smallest MD5."""

    def digest(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:13]

    apples = sorted(
        (digest(f"3|{APPLE}|train2017/{one['image_id']:012}.jpg|{one['id']}"), one["id"])
        for one in ANNOTATIONS
        if one["category_id"] == 3
    )
    found = picked(index, tmp_path / "file", Shots(3, seed=3))
    assert {one["id"] for one in found if one["category_id"] == 3} == {key for _, key in apples[:3]}
    images = sorted((digest(f"3|{TENCH}|train2017/{at:012}.jpg|"), at) for at in range(1, 9))
    found = picked(index, tmp_path / "file", Shots(3, seed=3, count="images"))
    tenches = [one["image_id"] for one in found if one["category_id"] == 7]
    assert Counter(tenches) == {at: 3 for _, at in images[:3]}


@pytest.mark.parametrize("count", ["instances", "images"])
def test_fewer_are_among_more(index: Index, tmp_path: Path, count: Any) -> None:
    before: set[int] = set()
    for k in (1, 2, 5, 8, 9, 24, 25):
        found = picked(index, tmp_path / "file", Shots(k, count=count))
        of_images = {(one["category_id"], one["image_id"]) for one in found}
        counted = of_images if count == "images" else [(one["category_id"],) for one in found]
        most = {7: 8, 3: 8, 5: 1} if count == "images" else {7: 24, 3: 8, 5: 1}
        assert Counter(key[0] for key in counted) == {
            key: min(k, there) for key, there in most.items()
        }
        assert before <= ids(found)
        before = ids(found)
    assert before == {one["id"] for one in ANNOTATIONS}


def test_seeds_differ(index: Index, tmp_path: Path) -> None:
    shots = [ids(picked(index, tmp_path / "file", Shots(2, seed=seed))) for seed in range(6)]
    assert len({frozenset(one) for one in shots}) > 3


def test_any_order_and_any_neighbours_give_the_same(
    index: Index, tmp_path: Path, empty_index: Path
) -> None:
    """What was ingested before, in what order, and beside what, changes no shot."""
    builder = TreeBuilder(tmp_path / "datasets", empty_index)
    builder.visual_genome(vg_objects(50, vg_object(1, APPLE)))
    builder.index().ingest()
    other = write_tree(builder, ANNOTATIONS[::-1])
    for shots in (Shots(3, seed=1), Shots(2, seed=5, count="images")):
        here, there = (
            picked(one, tmp_path / name, shots) for one, name in ((index, "a"), (other, "b"))
        )
        assert ids(here) == ids(there)


def test_crowds_and_negative_boxes_are_no_shots(tmp_path: Path, builder: TreeBuilder) -> None:
    boxes = [{"id": i, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9]} for i in range(1, 9)]
    boxes[0]["iscrowd"] = boxes[4]["iscrowd"] = 1
    boxes[2]["bbox"] = [9, 9, -4, 4]
    content = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 20, "height": 20}],
        "annotations": boxes,
        "categories": [{"id": 1, "name": "thing"}],
    }
    index = builder.index()
    file = builder.json("other.json", content)
    index.ingest([index.sources.coco(file, "other", builder.root / "other")])
    for count in ("instances", "images"):
        shots = Shots(99, count=count)
        found = picked(index, tmp_path / "file", shots, source="other")
        assert ids(found) == {2, 4, 6, 7, 8}


def test_shots_of_categories_that_became_one(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text("from,to\ntench,thing\napple,thing\n")
    found = picked(index, tmp_path / "file", Shots(5), category_map=file)
    assert [one["category_id"] for one in found] == [1] * 5


def test_shots_of_some_images(index: Index, tmp_path: Path) -> None:
    found = picked(index, tmp_path / "file", Shots(5), images=[3, 4])
    assert Counter(one["category_id"] for one in found) == {7: 5, 3: 2, 5: 1}
    assert {one["image_id"] for one in found} == {3, 4}


def test_shots_of_boxes_with_synsets_alone(tmp_path: Path, builder: TreeBuilder) -> None:
    objects = [vg_object(i, APPLE) for i in range(5)] + [vg_object(9, BASKET, TENCH)]
    builder.visual_genome(vg_objects(50, *objects), vg_objects(51, vg_object(20, TENCH)))
    index = write_tree(builder)
    options = {"source": "visual_genome", "vocabulary": "lvis_v1_train"}
    found = picked(index, tmp_path / "file", Shots(2), **options)
    assert Counter(one["category_id"] for one in found) == {3: 2, 5: 1, 7: 1}


def test_a_file_a_seed(index: Index, tmp_path: Path) -> None:
    written = index.exports.coco_seeds(None, Shots(2), range(3), tmp_path / "few")
    names = [f"lvis_v1_train_K-002_seed-00{seed}_instances.json" for seed in range(3)]
    assert [one.path for one in written] == [tmp_path / "few" / name for name in names]
    for seed, one in enumerate(written):
        alone = index.exports.coco(None, tmp_path / "alone", shots=Shots(2, seed=seed))
        assert alone.path.read_bytes() == one.path.read_bytes()
    (usual,) = index.exports.coco_seeds(BoxOptions(), Shots(2, count="images"), [7])
    assert usual.path == (index.root / "exports/coco/lvis_v1_train_K-002_seed-007_images.json")


@given(k=st.integers() | st.sampled_from([1.5, True, "3", None]))
def test_numbers_of_shots(k: Any) -> None:
    if isinstance(k, int) and not isinstance(k, bool) and 1 <= k <= 1_000_000_000:
        assert Shots(k).k == k
    else:
        with pytest.raises(UsageError, match="k= is "):
            Shots(k)


def test_wrong_options() -> None:
    with pytest.raises(UsageError, match="seed= is -1"):
        Shots(1, seed=-1)
    with pytest.raises(UsageError, match="count= is boxes; give one of instances, images"):
        Shots(1, count="boxes")  # type: ignore[arg-type]
