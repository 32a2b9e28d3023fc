"""Samples of other categories, splits and releases, whose ids an index has too: none is taken."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import DrawOptions, Index, Recipe
from ovmr_index.errors import RecordError
from ovmr_index.ingest.sources import SourceOptions
from ovmr_index.pools.recipe import read_recipe
from tests.support.coco_files import coco_json, ingest_coco
from tests.support.contents import rows_of
from tests.support.oracle import load
from tests.support.runs import call
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
CAT, MUG = {"name": "cat", "synset": "cat.n.01"}, {"name": "mug", "synset": "mug.n.04"}


def _numbered(*categories: Json) -> list[Json]:
    return [{"id": key, **one} for key, one in enumerate(categories, 1)]


def _sample(index: Index, options: DrawOptions = MINE) -> Path:
    return index.exports.sample(options, index.root.parent / "sample.json").path


def _elsewhere(tmp_path: Path, few_synsets: Path) -> TreeBuilder:
    return TreeBuilder(tmp_path / "elsewhere", few_synsets)


def _changed(file: Path, change: Callable[[list[list[Json]]], Any]) -> Path:
    content = load(file)
    change(content)
    file.write_text(json.dumps(content))
    return file


def _saved(index: Index) -> list[str]:
    return [one.name for one in index.samples.list()]


@pytest.mark.exhaustive(but=["another order", "names alone"])
@pytest.mark.parametrize(
    ("there", "here", "says"),
    [
        ((CAT, MUG), (MUG, CAT), "is of 'cat.n.01', and category 1 is 'mug' (mug.n.04) in the"),
        ((CAT, MUG), (CAT, {"name": "dog"}), "is of 'mug.n.04', and category 2 is 'dog' (dog) in"),
        (({"name": "cat"}, {"name": "mug"}), ({"name": "mug"}, {"name": "cat"}), "is of 'cat', an"),
    ],
    ids=["another order", "another category", "names alone"],
)
def test_a_file_for_other_categories_is_refused(
    builder: TreeBuilder,
    tmp_path: Path,
    few_synsets: Path,
    there: Sequence[Json],
    here: Sequence[Json],
    says: str,
) -> None:
    file = _sample(ingest_coco(_elsewhere(tmp_path, few_synsets), _numbered(*there)))
    index = ingest_coco(builder, _numbered(*here))
    for options in ({}, {"allow_missing": True}, {"replace_missing": True}):
        with pytest.raises(RecordError) as refused:
            index.samples.import_file(file, "theirs", vocabulary="mine", **options)
        message = str(refused.value)
        assert message.startswith(f"{file}: [")
        assert "[0] (mine 1.jpg): " in message
        assert says in message
        assert "give the vocabulary= that the file was made for" in message
    done = call(
        *("import-sample", file, "--vocabulary", "mine", "--name", "theirs"), root=index.root
    )
    assert (done.code, done.out, _saved(index)) == (1, "", [])
    assert says in done.error


def test_one_of_many_is_enough(builder: TreeBuilder) -> None:
    index = ingest_coco(builder, _numbered(CAT, MUG, {"name": "dog"}))
    file = _changed(_sample(index), lambda all_: all_[1][0].update(synset="dog"))
    with pytest.raises(RecordError, match=r"\[1\]\[0\] \(mine 1\.jpg\): is of 'dog', and category"):
        index.samples.import_file(file, "theirs", vocabulary="mine")


@pytest.mark.parametrize(
    "here",
    [_numbered(CAT), _numbered(CAT, MUG, {"name": "dog"}), [{"id": 1, **CAT}, {"id": 5, **MUG}]],
)
def test_so_is_one_with_more_or_fewer(
    builder: TreeBuilder, tmp_path: Path, few_synsets: Path, here: list[Json]
) -> None:
    file = _sample(ingest_coco(_elsewhere(tmp_path, few_synsets), _numbered(CAT, MUG)))
    with pytest.raises(RecordError, match="give the vocabulary= that the file was made for"):
        ingest_coco(builder, here).samples.import_file(file, "theirs", vocabulary="mine")


def test_case_and_synsets_that_are_given_later_do_no_harm(
    builder: TreeBuilder, tmp_path: Path, few_synsets: Path
) -> None:
    named = _numbered({"name": "Cat"}, {"name": "coffee-mug"})
    file = _sample(ingest_coco(_elsewhere(tmp_path, few_synsets), named))
    index = ingest_coco(builder, _numbered(CAT, {"name": "Coffee mug"}))
    report = index.samples.import_file(file, "theirs", vocabulary="mine")
    assert (report.here, report.problems, report.saved) == (2, [], True)
    assert index.samples.show("theirs").missing == []


def test_a_name_of_a_category_is_as_good_as_its_synset(builder: TreeBuilder) -> None:
    """Of a box of LVIS, of objects with one synset and several, of an image of a class folder."""
    builder.lvis(categories=[category(1, TENCH, name="tench fish")], annotations=[annotation(1)])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
    builder.visual_genome(vg_objects(1, vg_object(5, TENCH), vg_object(6, APPLE, TENCH)))
    index = builder.index()
    index.ingest()
    file = _sample(index, ALL)
    exemplars = load(file)
    assert {one["dataset"] for one in exemplars[0]} == {"imagenet21k", "lvis", "visual_genome"}
    several = next(dict(one) for one in exemplars[0] if one["dataset"] == "visual_genome")
    exemplars[0].append(several | {"object_id": 6})
    for name in (TENCH, "tench fish", "Tench Fish", TENCH.upper()):
        for one in exemplars[0]:
            one["synset"] = name
        file.write_text(json.dumps(exemplars))
        report = index.samples.import_file(file, f"of {name}")
        assert (report.problems, report.here) == ([], len(exemplars[0]))
        assert index.samples.show(f"of {name}").missing == []
        assert index.samples.diff(f"of {name}", f"of {TENCH}").same
    for one in exemplars[0]:
        one["synset"] = "basket"
    file.write_text(json.dumps(exemplars))
    with pytest.raises(RecordError):
        index.samples.import_file(file, "others")


@pytest.mark.exhaustive(but=["one0"])
@pytest.mark.parametrize("one", [{"name": "cap"}, CAT])
def test_a_box_that_the_index_labels_otherwise_is_no_match(builder: TreeBuilder, one: Json) -> None:
    content = coco_json(_numbered(one, one | {"more": 1}))
    index = ingest_coco(builder, content["categories"])
    file = _sample(index)
    first, second = content["annotations"]
    first["category_id"], second["category_id"] = 2, 1
    changed = builder.json("mine.json", content)
    index.ingest([index.sources.coco(changed, "mine", builder.root / "mine")])
    report = index.samples.import_file(file, "theirs", vocabulary="mine")
    assert [(problem.kind, problem.reason) for problem in report.problems] == [
        ("missing", "box 1 is of category 2 in the index"),
        ("missing", "box 2 is of category 1 in the index"),
    ]
    assert (report.saved, _saved(index)) == (False, [])


def test_images_and_objects_of_other_synsets_are_no_match(builder: TreeBuilder) -> None:
    builder.lvis(categories=[category(1, TENCH), category(2, APPLE)], annotations=[])
    builder.pictures("own/a/1.jpg", "own/b/2.jpg")
    own, root = {"a": TENCH, "b": APPLE}, builder.root / "own"
    builder.visual_genome(vg_objects(1, *(vg_object(i, TENCH) for i in (5, 6, 7, 8))))
    recipe = builder.json(
        "recipe.json",
        {
            "steps": [
                {"take": "pictures", "dataset": "own"},
                {"take": "boxes", "dataset": "visual_genome"},
            ]
        },
    )
    index = builder.index()

    def read(synsets: Json) -> None:
        mapping = builder.json("synsets.json", synsets)
        index.ingest()
        options = SourceOptions(synsets=mapping)
        index.ingest([index.sources.folder(root, "own", options=options)])

    read(own)
    index.collate(read_recipe(recipe))
    file = _sample(index, ALL)
    assert index.samples.import_file(file, "same").problems == []
    objects = vg_object(5, TENCH), vg_object(6, APPLE), vg_object(7, APPLE, TENCH), vg_object(8)
    builder.visual_genome(vg_objects(1, *objects))
    read({"a": APPLE, "b": APPLE})
    report = index.samples.import_file(file, "theirs")
    assert [one.reason for one in report.problems] == [
        f"the file is {APPLE} in the index, {TENCH} in the file",
        f"box 6 is {APPLE} in the index, {TENCH} in the file",
        f"box 8 is of no synset or of several in the index, {TENCH} in the file",
    ]
    assert [one.file_name for one in index.samples.show("same").missing] == [
        *("a/1.jpg", "VG_100K/1.jpg", "VG_100K/1.jpg"),
    ]


def test_an_image_is_its_own_class_folders(builder: TreeBuilder) -> None:
    builder.pictures("own/car/1.jpg", "own/automobile/2.jpg")
    index, options = builder.index(), SourceOptions(by_name=True)
    index.ingest([index.sources.folder(builder.root / "own", "own", options=options)])
    file = _sample(index, DrawOptions(9, on_shortage="take-all", vocabulary="own"))
    assert index.samples.import_file(file, "same", vocabulary="own").problems == []

    def swap(content: list[list[Json]]) -> None:
        (first,), (second,) = content
        first["file_name"], second["file_name"] = second["file_name"], first["file_name"]

    report = index.samples.import_file(_changed(file, swap), "theirs", vocabulary="own")
    assert [one.reason for one in report.problems] == [
        "the file is of category 'car' in the index",
        "the file is of category 'automobile' in the index",
    ]


def test_a_sample_of_the_other_split_is_not_that_of_the_same_ids(
    builder: TreeBuilder, tmp_path: Path, few_synsets: Path
) -> None:
    other = _elsewhere(tmp_path, few_synsets)
    boxes = [annotation(i, 1, 1) for i in (11, 12)]
    other.lvis(images=[image(1, "val2017")], annotations=boxes)
    builder.lvis(images=[image(1, "train2017")], annotations=boxes)
    made, index = other.index(), builder.index()
    for one in (made, index):
        one.ingest()
    report = index.samples.import_file(_sample(made, ALL), "theirs")
    assert [one.reason for one in report.problems] == [
        f"box {i} is on train2017/000000000001.jpg in the index" for i in (11, 12)
    ]
    builder.lvis("val", images=[image(1, "val2017")], annotations=boxes)
    index.ingest()
    assert index.samples.import_file(_sample(made, ALL), "theirs").problems == []
    query = "SELECT DISTINCT source FROM sample_exemplars WHERE sample = 'theirs'"
    assert rows_of(index, query) == [("lvis_v1_val",)]


# Boxes with the id of [10, 10, 90, 80], and the kind of what is said of each.
BOXES: list[tuple[list[float], str | None]] = [
    ([10, 10, 90, 80], None),
    ([10.0, 10, 90, 80], None),
    ([10.4, 9.6, 90.3, 80.9], "box"),
    ([11, 12, 88, 79], "box"),
    ([30, 10, 90, 80], "missing"),
    ([10, 10, 90, 20], "missing"),
    ([150, 90, 5, 5], "missing"),
]


def test_another_box_of_the_same_id_is_another_exemplar(builder: TreeBuilder) -> None:
    index = ingest_coco(builder, _numbered(CAT))
    file = _sample(index)
    content = load(file)
    for number, (box, kind) in enumerate(BOXES):
        content[0][0]["bbox"] = box
        file.write_text(json.dumps(content))
        report = index.samples.import_file(file, f"theirs {number}", vocabulary="mine")
        kinds = [one.kind for one in report.problems]
        assert (kinds, report.saved) == ([] if kind is None else [kind], kind != "missing"), box
        if kind == "missing":
            said = f"box 1 is {box} in the file, and another here: [10, 10, 90, 80]"
            assert [one.reason for one in report.problems] == [said]


def test_ids_that_are_text_are_named_as_they_are(builder: TreeBuilder) -> None:
    content = coco_json(_numbered(CAT, MUG))
    for one in content["annotations"]:
        one |= {"id": f"ann-{one['id']}", "image_id": "one"}
    content["images"][0]["id"] = "one"
    builder.file("mine/1.jpg", picture((200, 100)))
    index, file = builder.index(), builder.json("mine.json", content)
    index.ingest([index.sources.coco(file, "mine", builder.root / "mine")])

    def exchange(all_: list[list[Json]]) -> None:
        all_[0][0]["id"], all_[1][0]["id"] = "ann-2", "none"

    sample = _changed(_sample(index), exchange)
    report = index.samples.import_file(sample, "theirs", vocabulary="mine")
    assert [one.reason for one in report.problems] == [
        "box ann-2 is [10, 10, 90, 80] in the file, and another here: [20, 10, 90, 80]",
        "the index holds no box none on this file",
    ]


def test_a_root_may_be_a_folder_above_or_below(
    builder: TreeBuilder, tmp_path: Path, few_synsets: Path
) -> None:
    def made(builder: TreeBuilder, images: str, name: str) -> Index:
        content = coco_json(_numbered(CAT))
        content["images"][0]["file_name"] = name
        builder.file("coco/a/1.jpg", picture((200, 100)))
        file, index = builder.json("mine.json", content), builder.index()
        index.ingest([index.sources.coco(file, "mine", builder.root / images)])
        return index

    below = made(builder, "coco/a", "1.jpg")
    above = made(_elsewhere(tmp_path, few_synsets), "coco", "a/1.jpg")
    for one, other in ((below, above), (above, below)):
        report = other.samples.import_file(_sample(one), "theirs", vocabulary="mine")
        assert (report.here, report.problems) == (1, [])
        assert other.samples.show("theirs").missing == []


def test_substitutes_are_those_of_a_recipe(builder: TreeBuilder) -> None:
    builder.lvis(categories=[category(1, TENCH), category(2, BASKET)], annotations=[])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"], f"train/{APPLE_WNID}": ["b.JPEG"]})
    index = builder.index()
    index.ingest()
    index.collate(Recipe(substitutes={BASKET: [APPLE]}))
    file = _sample(index, ALL)
    assert index.samples.import_file(file, "with it").problems == []
    index.collate(Recipe())
    with pytest.raises(RecordError, match=r"is of 'apple\.n\.01'.*\(substitutes='FILE'\)` with a"):
        index.samples.import_file(file, "theirs")
    index.collate(Recipe(substitutes={BASKET: [APPLE]}))
    index.sample(ALL, name="drawn by it")
    index.collate(Recipe())
    assert index.samples.import_file(file, "theirs").problems == []
    again = index.exports.sample("theirs", file.with_name("again.json")).path
    assert again.read_bytes() == file.read_bytes()


def test_substitutes_may_be_of_another_category_of_the_same_list(builder: TreeBuilder) -> None:
    rules = builder.json(
        "recipe.json",
        {
            "steps": [
                {"take": "boxes", "dataset": "mine", "of": kind}
                for kind in ("category", "substitutes")
            ],
            "substitutes": {"cat.n.01": ["mug.n.04"]},
        },
    )
    index = ingest_coco(builder, _numbered(CAT, MUG))
    index.collate(read_recipe(rules), vocabulary="mine")
    file = _sample(index)
    index.sample(MINE, name="drawn")
    report = index.samples.import_file(file, "same", vocabulary="mine")
    assert (report.exemplars, report.problems) == (3, [])
    assert report.notes == ["the file has fewer than 2 exemplars of 1 category: mug.n.04 (1)"]
    again = index.exports.sample("same", file.with_name("again.json")).path
    assert again.read_bytes() == file.read_bytes()
    assert index.samples.diff("drawn", "same").same
    content = coco_json(_numbered(CAT, MUG))
    content["annotations"][1]["category_id"] = 1  # the mug is a cat now
    mine = builder.json("mine.json", content)
    index.ingest([index.sources.coco(mine, "mine", builder.root / "mine")])
    for name in ("drawn", "same"):
        missing = [(one.category_id, one.region_id) for one in index.samples.show(name).missing]
        assert missing == [(1, 2), (2, 2)]
    query = "SELECT sample, sum(missing) FROM sample_exemplars GROUP BY 1 ORDER BY 1"
    assert rows_of(index, query) == [("drawn", 2), ("same", 2)]
