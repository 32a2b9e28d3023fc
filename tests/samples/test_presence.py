"""What is no longer what a sample kept of it, though its ids are there: it counts as gone."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.ingest.sources import SourceOptions
from ovmr_index.samples.options import DrawOptions
from tests.support.coco_files import coco_json, ingest_coco
from tests.support.contents import rows_of
from tests.support.copied_tree import fill
from tests.support.runs import call
from tests.support.tampering import damage
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET,
    TENCH,
    TENCH_WNID,
    Json,
    TreeBuilder,
    annotation,
    category,
    image,
    picture,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

ALL = DrawOptions(9, on_shortage="take-all")
MINE = DrawOptions(9, on_shortage="take-all", vocabulary="mine")
CATEGORIES = [category(1, TENCH), category(2, APPLE)]
IMAGES = [image(1), image(2), image(3, "val2017")]
BOXES = [annotation(11, 1, 1), annotation(12, 2, 1), annotation(13, 3, 2)]


# What differs little from the others.
_apart = partial(pytest.param, marks=pytest.mark.exhaustive)


def _gone(index: Index, name: str = "all") -> list[tuple[str, int | None]]:
    """Return what of a sample is gone; every face must say the same."""
    shown = index.samples.show(name)
    gone = [(one.file_name, one.region_id) for one in shown.missing]
    query = (
        "SELECT sample, file_name, region_id, missing FROM sample_exemplars"
        " ORDER BY sample, category_id, rank"
    )
    rows = [row[1:] for row in rows_of(index, query) if row[0] == name]
    assert [row[:2] for row in rows if row[2]] == gone
    assert [row[2] for row in rows] == [int(one in shown.missing) for one in shown.picks]
    (listed,) = (one.gone for one in index.samples.list() if one.name == name)
    assert listed == len(gone)
    if gone or shown.renumbered:
        out, says = index.root / "out.json", r"missing, or another|had other ids"
        with pytest.raises(OvmrIndexError, match=says):
            index.samples.load(name)
        with pytest.raises(OvmrIndexError, match=says):
            index.exports.sample(name, out)
        assert not out.exists()
    else:
        assert sum(len(one.exemplars) for one in index.samples.load(name)) == len(shown.picks)
    return gone


def _lvis(builder: TreeBuilder, change: Callable[[Json], Any] | None = None) -> Index:
    content = {
        "images": [dict(one) for one in IMAGES],
        "annotations": [dict(one) for one in BOXES],
        "categories": [dict(one) for one in CATEGORIES],
    }
    if change is not None:
        change(content)
    builder.lvis("train", **content)
    index = builder.index()
    index.ingest()
    return index


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> TreeBuilder:
    """Return a tree whose index has a sample of all boxes of LVIS: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", few_synsets)
    with _lvis(builder) as index:
        index.sample(ALL, name="all")
    return builder


@pytest.fixture
def lvis(builder: TreeBuilder, made: TreeBuilder) -> Index:
    """Return an index with a sample of all boxes of LVIS: two tenches and an apple."""
    fill(builder, made)
    return builder.index()


def _swap(content: Json) -> None:
    first, second, _ = content["images"]
    first["coco_url"], second["coco_url"] = second["coco_url"], first["coco_url"]


def _updated(records: str, place: int, **fields: Any) -> Callable[[Json], Any]:
    return lambda content: content[records][place].update(fields)


NAMES = [f"{folder}2017/{i:012}.jpg" for i, folder in ((1, "train"), (2, "train"), (3, "val"))]
Changes = dict[str, tuple[Callable[[Json], Any], list[int]]]
CHANGES: Changes = {
    "nothing": (lambda _: None, []),
    "swapped": (_swap, [0, 1]),
    "another name": (_updated("images", 0, coco_url=image(9)["coco_url"]), [0]),
    "another label": (_updated("annotations", 1, category_id=2), [1]),
    "another box": (_updated("annotations", 1, bbox=[5, 4, 40.5, 36]), [1]),
    "the same box": (_updated("annotations", 1, bbox=[4.0, 4, 40.5, 36.0]), []),
    "on another image": (_updated("annotations", 2, image_id=1), [2]),
    "no box": (lambda new: new["annotations"].pop(), [2]),
    # Another name or synset of the same category does no harm, another category does.
    "a category's name": (_updated("categories", 0, name="tinca"), []),
}
# They differ little from the others.
MORE_CHANGES: Changes = {
    "another folder": (_updated("images", 0, coco_url=image(1, "val2017")["coco_url"]), [0]),
    "another mask": (_updated("annotations", 1, area=1400.0, segmentation=[]), []),
    "another size": (_updated("images", 0, width=640), []),
    "another order": (lambda new: new["images"].reverse(), []),
    # An id that another image has taken, and another box.
    "another image": (_updated("images", 1, coco_url=image(7)["coco_url"], width=99), [1]),
    "another place": (_updated("annotations", 0, image_id=2, bbox=[0, 0, 50, 50]), [0]),
    "one more category": (lambda new: new["categories"].append(category(3, BASKET)), []),
}


@pytest.mark.parametrize(
    "changes",
    [CHANGES, pytest.param(MORE_CHANGES, marks=pytest.mark.exhaustive)],
    ids=["usual", "more"],
)
def test_a_box_is_what_was_saved_of_it(builder: TreeBuilder, lvis: Index, changes: Changes) -> None:
    for name, (change, gone) in changes.items():
        index = _lvis(builder, change)
        assert (name, _gone(index)) == (name, [(NAMES[i], 11 + i) for i in gone])
    assert _gone(_lvis(builder)) == []


@pytest.mark.exhaustive  # `tests/index/test_check.py` sees it of a pick that was damaged
def test_what_db_check_says_of_it(builder: TreeBuilder, lvis: Index) -> None:
    _lvis(builder, _swap)
    said = call("db", "check", root=lvis.root)
    first = f"first lvis {NAMES[0]}, box 11 of 1; `ovmr-index sample show all` names them"
    assert f"sample all: 2 exemplars not in the index as it was, {first}" in said.out + said.err


def test_what_show_and_export_say_of_it(builder: TreeBuilder, lvis: Index) -> None:
    _lvis(builder, lambda new: new["annotations"][1].update(category_id=2))
    shown = call("sample", "show", "all", root=lvis.root)
    assert f"missing: lvis {NAMES[1]}, box 12\n" in shown.err
    assert "is another image, box or category now" in shown.err
    done = call("export", "sample", "--name", "all", root=lvis.root)
    assert f"category now, first lvis {NAMES[1]}, box 12 of category 1; ingest the" in done.error
    crops = call("export", "crops", "--name", "all", "-o", lvis.root / "crops", root=lvis.root)
    assert (done.code, crops.code, (lvis.root / "crops").exists()) == (1, 1, False)


def test_the_draw_that_is_there_is_another_one(builder: TreeBuilder, lvis: Index) -> None:
    _lvis(builder, lambda new: new["annotations"][1].update(bbox=[5, 4, 40.5, 36]))
    with pytest.raises(UsageError, match="sample all is another draw"):
        lvis.sample(ALL, name="all")


def test_objects_and_images_are_what_they_were_picked_for(builder: TreeBuilder) -> None:
    builder.lvis("train", categories=CATEGORIES, annotations=[])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"], f"train/{APPLE_WNID}": ["b.JPEG"]})
    builder.visual_genome(vg_objects(1, *(vg_object(i, TENCH) for i in (5, 6, 7, 8))))
    index = builder.index()
    index.ingest()
    index.sample(ALL, name="all")
    objects = vg_object(5, TENCH), vg_object(6, APPLE), vg_object(7, APPLE, TENCH), vg_object(8)
    builder.visual_genome(vg_objects(1, *objects))
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})  # again: it is its path that names it
    index.ingest()
    assert _gone(index) == [("VG_100K/1.jpg", 6), ("VG_100K/1.jpg", 8)]


CAPS = [{"id": key, "name": "cap"} for key in (1, 2)]
ANIMALS = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]


def _relabelled(builder: TreeBuilder, categories: list[Json], *labels: int) -> Index:
    content = coco_json(categories)
    for one, label in zip(content["annotations"], labels, strict=True):
        one["category_id"] = label
    file = builder.json("mine.json", content)
    index = builder.index()
    index.ingest([index.sources.coco(file, "mine", builder.root / "mine")])
    return index


SWAPPED = [ANIMALS[0] | {"id": 2}, ANIMALS[1] | {"id": 1}]


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        (CAPS, [(CAPS, (2, 1), [1, 2], False)]),
        (
            ANIMALS,
            [
                (ANIMALS, (1, 2), [], False),
                (ANIMALS, (2, 1), [1, 2], False),
                # Numbered again, with the labels: the same boxes show the same, under other ids.
                (SWAPPED, (2, 1), [], True),
                # Numbered again without the labels: each box has the other animal's name.
                (SWAPPED, (1, 2), [1, 2], True),
                ([ANIMALS[0], {"id": 3, "name": "cow"}], (1, 3), [2], False),
            ],
        ),
    ],
    ids=["of one name", "of two"],
)
def test_a_box_of_the_own_vocabulary_has_its_category(
    builder: TreeBuilder,
    before: list[Json],
    changes: list[tuple[list[Json], tuple[int, ...], list[int], bool]],
) -> None:
    ingest_coco(builder, before).sample(MINE, name="all")
    for after, labels, gone, renumbered in changes:
        index = _relabelled(builder, after, *labels)
        found = _gone(index), index.samples.show("all").renumbered is not None
        assert found == ([("1.jpg", key) for key in gone], renumbered), (after, labels)


def test_synsets_that_are_given_later_do_no_harm(builder: TreeBuilder) -> None:
    ingest_coco(builder, ANIMALS).sample(MINE, name="all")
    builder.pictures("kitchen/cat/1.jpg", "kitchen/dog/2.jpg")
    folder, root = SourceOptions(), builder.root / "kitchen"
    index = builder.index()
    index.ingest([index.sources.folder(root, "kitchen", options=folder)])
    index.sample(DrawOptions(9, on_shortage="take-all", vocabulary="kitchen"), name="kitchen")
    by_name = SourceOptions(by_name=True)
    ingest_coco(builder, ANIMALS, by_name)
    index.ingest([index.sources.folder(root, "kitchen", options=by_name)])
    assert (_gone(index), _gone(index, "kitchen")) == ([], [])


def _moved(builder: TreeBuilder, images: str, *names: str) -> Index:
    """Ingest two boxes on images of these names below a folder of images."""
    content = coco_json(ANIMALS)
    content["images"] = [
        {"id": key, "file_name": name, "width": 200, "height": 100}
        for key, name in enumerate(names, 1)
    ]
    content["annotations"][1]["image_id"] = 2
    file = builder.json("mine.json", content)
    index = builder.index()
    index.ingest([index.sources.coco(file, "mine", builder.root / images)])
    return index


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        _apart(("new", "a/1.jpg", "a/2.jpg"), ("old", "a/1.jpg", "a/2.jpg"), []),
        (("coco", "a/1.jpg", "a/2.jpg"), ("coco/a", "1.jpg", "2.jpg"), []),
        _apart(("coco/a", "1.jpg", "2.jpg"), ("coco", "a/1.jpg", "a/2.jpg"), []),
        # Other folders and names are no move of the root.
        _apart(("coco", "a/1.jpg", "a/2.jpg"), ("coco", "1.jpg", "2.jpg"), ["a/1.jpg", "a/2.jpg"]),
        _apart(("coco", "1.jpg", "2.jpg"), ("coco", "a/1.jpg", "2.jpg"), ["1.jpg"]),
        _apart(("coco/a", "1.jpg", "2.jpg"), ("coco", "a/2.jpg", "a/1.jpg"), ["1.jpg", "2.jpg"]),
        (("coco", "a/1.jpg", "1.jpg"), ("coco", "1.jpg", "a/1.jpg"), ["a/1.jpg", "1.jpg"]),
        _apart(("a", "a/1.jpg", "1.jpg"), ("a", "1.jpg", "a/1.jpg"), ["a/1.jpg", "1.jpg"]),
        (("coco", "a1.jpg", "2.jpg"), ("coco/a", "1.jpg", "2.jpg"), ["a1.jpg"]),
    ],
)
def test_a_root_may_move(
    builder: TreeBuilder,
    before: tuple[str, ...],
    after: tuple[str, ...],
    gone: list[str],
) -> None:
    for images, *names in (before, after):
        for name in names:
            builder.file(f"{images}/{name}", picture((200, 100)))
    _moved(builder, *before).sample(MINE, name="all")
    index = _moved(builder, *after)
    assert [name for name, _ in _gone(index)] == gone
    if not gone:
        for one in index.samples.load("all"):
            assert all(Path(pick.root, pick.file_name).exists() for pick in one.exemplars)


def test_what_an_older_version_did_not_keep_has_not_changed(
    builder: TreeBuilder, lvis: Index
) -> None:
    damage(
        lvis,
        "UPDATE samples SET weight = NULL, vocabulary = NULL, version = NULL, filters = NULL;"
        "UPDATE sample_categories SET name = NULL;"
        "UPDATE sample_picks SET x = NULL, y = NULL, w = NULL, h = NULL",
    )
    assert _gone(lvis) == []
    assert _gone(_lvis(builder, lambda new: new["annotations"][1].update(category_id=2))) == [
        (NAMES[1], 12)
    ]
