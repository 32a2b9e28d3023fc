"""Labels do not vanish in masses: categories, their synsets, what boxes and objects show."""

from collections.abc import Callable

import pytest

from ovmr_index import Index, VanishedError
from ovmr_index.ingest.sources import SourceOptions
from tests.support.contents import contents
from tests.support.trees import (
    APPLE,
    TENCH,
    Json,
    TreeBuilder,
    annotation,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

CLASSES = 110
MOST = 105


def _content(classes: int = CLASSES, images: int = 4, boxes: int = CLASSES) -> Json:
    return {
        "images": [{"id": one, "file_name": f"{one}.jpg"} for one in range(images)],
        "annotations": [
            {
                "id": one,
                "image_id": one % images,
                "category_id": one % classes,
                "bbox": [1, 2, 30, 40],
            }
            for one in range(boxes)
        ],
        "categories": [
            {"id": one, "name": f"thing {one}", "synset": f"thing.n.{one}"}
            for one in range(classes)
        ],
    }


def _ingest(builder: TreeBuilder, index: Index, content: Json, *, allowed: bool = False) -> None:
    file = builder.json("own.json", content)
    source = index.sources.coco(file, "own", builder.root / "images", options=SourceOptions())
    index.ingest([source], allow_vanished=allowed)


def _categories_gone(content: Json) -> str:
    del content["categories"][CLASSES - MOST :]
    for one in content["annotations"]:
        one["category_id"] %= CLASSES - MOST
    return f"{MOST} of {CLASSES} categories would vanish"


def _all_renamed(content: Json) -> str:
    for one in content["categories"]:
        one["name"] = f"other {one['id']}"
    return f"{CLASSES} of {CLASSES} categories would vanish"


def _no_synsets(content: Json) -> str:
    for one in content["categories"]:
        one["synset"] = None
    return f"{CLASSES} of {CLASSES} synsets of categories would vanish"


def _one_synset(content: Json) -> str:
    for one in content["categories"]:
        one["synset"] = "thing.n.0"
    return f"{CLASSES - 1} of {CLASSES} synsets of categories would vanish"


def _one_category_shown(content: Json) -> str:
    for one in content["annotations"]:
        one["category_id"] = 3
    return f"{CLASSES - 1} of {CLASSES} labels of boxes would vanish"


def _no_boxes(content: Json) -> str:
    content["annotations"] = []
    return f"{CLASSES} of {CLASSES} annotations would vanish"


@pytest.mark.exhaustive(but=["_no_synsets", "_one_category_shown"])  # the others are seen below
@pytest.mark.parametrize(
    "change",
    [_categories_gone, _all_renamed, _no_synsets, _one_synset, _one_category_shown, _no_boxes],
)
def test_labels_do_not_vanish_unasked(builder: TreeBuilder, change: Callable[[Json], str]) -> None:
    index = builder.index()
    _ingest(builder, index, _content())
    before = contents(index)
    content = _content()
    problem = change(content)
    with pytest.raises(VanishedError) as caught:
        _ingest(builder, index, content)
    assert problem in str(caught.value)
    assert str(caught.value).endswith("or give allow_vanished=True")
    assert contents(index) == before
    _ingest(builder, index, content, allowed=True)
    _ingest(builder, index, content)


def test_categories_without_boxes_count(builder: TreeBuilder) -> None:
    index = builder.index()
    _ingest(builder, index, _content(boxes=5))
    content = _content(boxes=5)
    del content["categories"][CLASSES - MOST :]
    with pytest.raises(VanishedError, match=f"{MOST} of {CLASSES} categories would vanish"):
        _ingest(builder, index, content)


def test_boxes_of_few_categories_count(builder: TreeBuilder) -> None:
    index = builder.index()
    _ingest(builder, index, _content(classes=3, boxes=300))
    content = _content(classes=3, boxes=300)
    for one in content["annotations"]:
        one["category_id"] = 1
    with pytest.raises(VanishedError, match="200 of 300 labels of boxes would vanish"):
        _ingest(builder, index, content)
    names = [one["name"] for one in content["categories"]]
    content = _content(classes=3, boxes=300)
    content["annotations"] = [
        one | {"category_id": 0 if one["id"] < 290 else 1} for one in content["annotations"]
    ]
    _ingest(builder, index, content, allowed=True)
    for one, name in zip(content["categories"], reversed(names), strict=True):
        one["name"] = name
    with pytest.raises(VanishedError, match="290 of 300 labels of boxes would vanish"):
        _ingest(builder, index, content)


def _exchanged(content: Json, first: int = 300) -> Json:
    """Return a file of two categories whose first boxes have the other one."""
    for one in content["annotations"][:first]:
        one["category_id"] = 1 - one["category_id"]
    return content


def _exchanged_in_categories(content: Json) -> Json:
    """Return a file of two categories that have each other's id."""
    for one in content["categories"]:
        one["id"] = 1 - one["id"]
    return content


def _exchanged_names(content: Json) -> Json:
    """Return a file of two categories that have each other's name, and the synset they had."""
    first, second = content["categories"]
    first["name"], second["name"] = second["name"], first["name"]
    return content


def _exchanged_under_other_ids(content: Json) -> Json:
    """Return a file of exchanged categories that are numbered and spelled otherwise."""
    for one in content["categories"]:
        one["id"] += 5
        one["name"] = one["name"].upper()
    for one in _exchanged(content)["annotations"]:
        one["category_id"] += 5
        one["bbox"] = [1, 2, 30.5, 40.5]
    return content


def _two(synsets: bool) -> Json:
    content = _content(classes=2, boxes=300)
    if not synsets:
        for one in content["categories"]:
            del one["synset"]
    for one in content["categories"]:
        one["name"] = ("mug", "dog")[one["id"]]
    return content


@pytest.mark.exhaustive(
    but=[
        "_exchanged-300-False",
        "_exchanged_names-300-True",
        "_exchanged_under_other_ids-300-False",
    ]
)
@pytest.mark.parametrize("synsets", [False, True])
@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (_exchanged, 300),
        (lambda content: _exchanged(content, 200), 200),
        (_exchanged_in_categories, 300),
        (_exchanged_names, 300),
        (_exchanged_under_other_ids, 300),
    ],
)
def test_labels_that_are_exchanged_count(
    builder: TreeBuilder, change: Callable[[Json], Json], gone: int, synsets: bool
) -> None:
    index = builder.index()
    _ingest(builder, index, _two(synsets))
    before = contents(index)
    with pytest.raises(VanishedError, match=f"{gone} of 300 labels of boxes would vanish"):
        _ingest(builder, index, change(_two(synsets)))
    assert contents(index) == before
    _ingest(builder, index, change(_two(synsets)), allowed=True)
    with pytest.raises(VanishedError, match=f"{gone} of 300 labels of boxes would vanish"):
        _ingest(builder, index, _two(synsets))


def test_few_exchanged_labels_are_taken(builder: TreeBuilder) -> None:
    index = builder.index()
    _ingest(builder, index, _two(synsets=False))
    _ingest(builder, index, _exchanged(_two(synsets=False), 150))


def test_labels_are_exchanged_among_those_that_stay(builder: TreeBuilder) -> None:
    """Boxes that vanish, or come, are no labels that are another."""
    index = builder.index()
    _ingest(builder, index, _two(synsets=False))
    content = _exchanged(_two(synsets=False))
    del content["annotations"][180:]
    content["annotations"] += [
        one | {"id": one["id"] + 1_000} for one in _two(synsets=False)["annotations"]
    ]
    with pytest.raises(VanishedError, match="180 of 180 labels of boxes would vanish"):
        _ingest(builder, index, content)


def test_exchanged_and_numbered_otherwise_at_once_is_the_same(builder: TreeBuilder) -> None:
    """Ids that change on both sides, and boxes in another order with other ids, change nothing."""
    index = builder.index()
    _ingest(builder, index, _two(synsets=False))
    content = _exchanged_in_categories(_exchanged(_two(synsets=False)))
    _ingest(builder, index, content)
    shown = _content(images=300, classes=2, boxes=300)
    _ingest(builder, index, shown, allowed=True)
    for number, one in enumerate(reversed(shown["annotations"])):
        one["id"] = number
    _ingest(builder, index, shown)


def test_synsets_that_are_exchanged_count(builder: TreeBuilder) -> None:
    index = builder.index()
    _ingest(builder, index, _content())
    content = _content()
    synsets = [one["synset"] for one in content["categories"]]
    for one, synset in zip(content["categories"], reversed(synsets), strict=True):
        one["synset"] = synset
    said = f"{CLASSES} of {CLASSES} synsets of categories would vanish"
    with pytest.raises(VanishedError, match=said):
        _ingest(builder, index, content)


def test_what_is_the_same_under_other_names_or_ids_is_taken(builder: TreeBuilder) -> None:
    """A category that is renamed alone, and one that is numbered otherwise, are what they were."""
    index = builder.index()
    _ingest(builder, index, _content(classes=50, boxes=150))
    content = _content(classes=50, boxes=150)
    for one in content["categories"]:
        one["name"] = f"renamed {one['id']}"
    _ingest(builder, index, content)
    for one in content["categories"]:
        one["id"] += 1
    for one in content["annotations"]:
        one["category_id"] += 1
    _ingest(builder, index, content)
    many = _content()
    _ingest(builder, index, many, allowed=True)
    for one in many["categories"]:
        one["name"] = one["name"].upper().replace(" ", "_")
    _ingest(builder, index, many)


def test_files_that_are_others_under_the_same_ids_count(builder: TreeBuilder) -> None:
    """The file of another split, whose ids begin with 1 as well, in the place of the first."""
    index = builder.index()
    _ingest(builder, index, _content(images=MOST))
    content = _content(images=MOST)
    for one in content["images"]:
        one["file_name"] = f"val_{one['id']}.jpg"
    with pytest.raises(VanishedError, match=f"{MOST} of {MOST} images would vanish"):
        _ingest(builder, index, content)
    file = builder.json("own.json", _content(images=MOST))
    below = SourceOptions(below="elsewhere")
    index.ingest([index.sources.coco(file, "own", builder.root / "images", options=below)])


def test_the_file_of_val_in_the_place_of_train(builder: TreeBuilder) -> None:
    """Renamed to it, or given as it; its content is another in either case."""
    shown = {split: range(*ids) for split, ids in (("train", (1, 151)), ("val", (501, 651)))}
    specs = {
        split: builder.lvis(
            split,
            images=[image(one, f"{split}2017") for one in ids],
            annotations=[annotation(one, one) for one in ids],
        )
        for split, ids in shown.items()
    }
    index = builder.index()
    index.ingest(list(specs.values()))
    sources, _ = index.sources.lvis([specs["val"].path], "train")
    with pytest.raises(VanishedError, match="150 of 150 images would vanish"):
        index.ingest(sources)
    builder.file("lvis/lvis_v1_train.json", specs["val"].path.read_bytes())
    with pytest.raises(VanishedError, match="lvis_v1_train: 150 of 150 annotations would vanish"):
        index.ingest()


def test_synsets_of_objects_that_are_exchanged_count(builder: TreeBuilder) -> None:
    def write(first: str, second: str) -> None:
        shown = {0: first, 1: second}
        builder.visual_genome(*(vg_objects(n, vg_object(n, shown[n % 2])) for n in range(150)))

    write(TENCH, APPLE)
    index = builder.index()
    index.ingest()
    write(APPLE, TENCH)
    with pytest.raises(VanishedError, match="150 of 150 labels of objects would vanish"):
        index.ingest()


@pytest.mark.parametrize("synsets", [(TENCH,), (TENCH, APPLE)])
def test_synsets_of_objects_count(builder: TreeBuilder, synsets: tuple[str, ...]) -> None:
    def write(*found: str, left: int) -> None:
        builder.visual_genome(
            *(vg_objects(n, vg_object(n, *(synsets if n < left else found))) for n in range(150))
        )

    write(left=150)
    index = builder.index()
    index.ingest()
    write(left=40)
    with pytest.raises(VanishedError, match="110 of 150 labels of objects would vanish"):
        index.ingest()
    write(APPLE, left=80)
    index.ingest()
