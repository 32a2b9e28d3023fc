"""What splits of a dataset share is said: ids of categories that mean others, and images."""

from collections.abc import Sequence

import pytest

from tests.support.coco_files import coco_json
from tests.support.trees import APPLE, BASKET, TENCH, TreeBuilder, category

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", ["train", "val"])
def test_classes_of_another_release_are_named(builder: TreeBuilder, first: str) -> None:
    sources = {
        "train": builder.lvis("train", categories=[category(1), category(2, APPLE)]),
        "val": builder.lvis("val", categories=[category(1), category(2, BASKET)]),
    }
    index = builder.index()
    (last,) = sources.keys() - {first}
    assert not any("ids of cat" in note for note in index.ingest([sources[first]]).sources[0].notes)
    notes = index.ingest([sources[last]]).sources[0].notes
    (note,) = [note for note in notes if "ids of cat" in note]
    here, there = ("apple", "basket") if last == "train" else ("basket", "apple")
    assert note == (
        f"ids of categories mean others than in lvis_v1_{first}: 2 is '{here}' ({here}.n.01),"
        f" there '{there}' ({there}.n.01); are both files of one release?"
    )


def test_ten_are_named_and_the_rest_counted(builder: TreeBuilder) -> None:
    index = builder.index()
    notes: Sequence[str] = ()
    for split, word in (("train", "thing"), ("val", "other thing")):
        classes = [{"id": one, "name": f"{word} {one}"} for one in range(1, 14)]
        file = builder.json(f"{split}.json", coco_json(classes))
        spec = index.sources.coco(file, "mine", builder.root / "images", split)
        notes = index.ingest([spec]).sources[0].notes
    (note,) = [one for one in notes if one.startswith("ids of categories")]
    assert "10 is 'other thing 10', there 'thing 10', and 3 more; are both" in note
    assert "11 is" not in note


def test_the_same_classes_and_those_of_other_datasets_are_not(builder: TreeBuilder) -> None:
    builder.lvis("train", categories=[category(1), category(2, APPLE, name="an apple")])
    builder.lvis("val", categories=[category(1, name="Tench"), category(3, BASKET)])
    index = builder.index()
    file = builder.json("own.json", coco_json([{"id": 1, "name": "mug", "synset": TENCH}]))
    index.ingest([index.sources.coco(file, "own", builder.root / "images")])
    assert all(not any("ids of cat" in n for n in one.notes) for one in index.ingest().sources)


@pytest.mark.parametrize("split", ["trainval", None])
def test_images_that_two_splits_have_are_said(builder: TreeBuilder, split: str | None) -> None:
    index = builder.index()
    said = (
        "1 image is in mine_train as well (first 1.jpg): a recipe without `splits` takes the boxes"
        " of both"
    )
    for name, expected in (("train", []), (split, [said])):
        file = builder.json(f"{name}.json", coco_json([{"id": 1, "name": "cat"}]))
        spec = index.sources.coco(file, "mine", builder.root / "images", name)
        notes = index.ingest([spec]).sources[0].notes
        assert [note for note in notes if "as well" in note] == expected
