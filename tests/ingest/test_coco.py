"""Files in COCO's format: their rows, the options that go with them, and what comes again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError, RecordError, UsageError
from ovmr_index.ingest.report import Counts, SourceReport
from ovmr_index.ingest.sources import SourceOptions, SourceSpec
from tests.support.contents import assert_sound, contents, rows_of
from tests.support.formats import SHAPES, coco_instances, objects365_v2, openimages, v3det
from tests.support.trees import APPLE, APPLE_WNID, TENCH, Json, TreeBuilder, vg_image, vg_objects

FILE = "own/annotations.json"
PATHS = """
    SELECT f.path, f.split, replace(i.file_name, f.path || '/', '') FROM images i
    JOIN folders f ON f.pk = i.folder_pk"""
SYNSETS = """
    SELECT c.name, s.name, s.wnid FROM categories c LEFT JOIN synsets s ON s.pk = c.synset_pk
    ORDER BY c.position"""


def _spec(
    builder: TreeBuilder, content: Json, split: str | None = None, **options: Any
) -> SourceSpec:
    file = builder.json(FILE if split is None else f"own/{split}.json", content)
    images = builder.root / "own" / "images"
    return builder.index().sources.coco(file, "own", images, split, SourceOptions(**options))


def _ingest(index: Index, spec: SourceSpec) -> SourceReport:
    return index.ingest([spec]).sources[0]


def _mapping(builder: TreeBuilder, content: Any) -> Path:
    return builder.json("own/synsets.json", content)


def _assert_as_fresh(index: Index, empty_index: Path, *specs: SourceSpec) -> None:
    """Assert that the index is what a new one of the same specs would be."""
    fresh = Index.open(index.root, Path(shutil.copyfile(empty_index, index.root / "fresh.db")))
    fresh.ingest(specs)
    assert contents(index) == contents(fresh)
    assert_sound(index)


@pytest.mark.exhaustive(but=["coco", "openimages"])  # the others are in tests of their own
@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_each_shape_is_stored(
    builder: TreeBuilder, empty_index: Path, shape: Callable[[], Json]
) -> None:
    content = shape()
    spec = _spec(builder, content)
    index = builder.index()
    count = len(content["annotations"])
    assert _ingest(index, spec).counts == Counts(added=count)
    assert rows_of(index, "SELECT name, format FROM sources") == [("own", "coco")]
    assert rows_of(index, "SELECT name, root FROM datasets") == [("own", "own/images")]
    assert _ingest(index, spec).counts == Counts(unchanged=count)
    content["annotations"][0]["bbox"][0] = 1.5
    spec = _spec(builder, content)
    assert _ingest(index, spec).counts == Counts(changed=1, unchanged=count - 1)
    _assert_as_fresh(index, empty_index, spec)


def test_crowds_text_ids_and_marks_reach_the_tables(builder: TreeBuilder) -> None:
    index = builder.index()
    assert _ingest(index, _spec(builder, openimages())).problems == []
    details = "SELECT fields FROM box_details ORDER BY region_id"
    fields = [json.loads(row[0]) for row in rows_of(index, details)]
    key = "000002b66c9c498e"
    assert fields == [{"image_id": key}, {"iscrowd": 1, "image_id": key}]
    assert rows_of(index, "SELECT is_crowd FROM regions ORDER BY pk") == [(0,), (1,)]
    assert rows_of(index, "SELECT kind FROM image_categories") == [("negative",)]
    assert_sound(index)


@pytest.mark.slow
def test_folders_are_left_out_and_put_before(builder: TreeBuilder, empty_index: Path) -> None:
    builder.pictures("own/images/train/patch8/objects365_v1_00420917.jpg")
    spec = _spec(builder, objects365_v2(), "train", strip=2, below="train")
    index = builder.index()
    report = _ingest(index, spec)
    assert (report.name, report.counts) == ("own_train", Counts(added=1))
    assert not any("the first image is not there" in note for note in report.notes)
    assert rows_of(index, PATHS) == [("train/patch8", "train", "objects365_v1_00420917.jpg")]
    spec = _spec(builder, objects365_v2(), "train", strip=3)
    report = _ingest(index, spec)
    assert "the first image is not there" in report.notes[-1]
    assert rows_of(index, PATHS) == [("", "train", "objects365_v1_00420917.jpg")]
    _assert_as_fresh(index, empty_index, spec)
    with pytest.raises(RecordError, match="fewer folders than strip=4; give a lower number"):
        _ingest(index, _spec(builder, objects365_v2(), "train", strip=4))


@pytest.mark.exhaustive(but=["by id", "none"])  # by name is that of the next test
@pytest.mark.slow
@pytest.mark.parametrize(
    ("mapping", "rows"),
    [
        ({"person": TENCH, "bottle": APPLE}, [(TENCH, "n01440764"), (APPLE, APPLE_WNID)]),
        ({"1": APPLE_WNID, "44": "my_bottle"}, [(APPLE, APPLE_WNID), ("my_bottle", None)]),
        ({"person": None, "1": None}, [(None, None), (None, None)]),
    ],
    ids=["by name", "by id", "none"],
)
def test_categories_are_mapped_to_synsets(
    builder: TreeBuilder, empty_index: Path, mapping: Json, rows: list[tuple[str, str]]
) -> None:
    spec = _spec(builder, coco_instances(), synsets=_mapping(builder, mapping))
    index = builder.index()
    _ingest(index, spec)
    names = ("person", "bottle")
    assert rows_of(index, SYNSETS) == [(name, *row) for name, row in zip(names, rows, strict=True)]
    _assert_as_fresh(index, empty_index, spec)


def test_a_mapping_that_changes_is_read_again(builder: TreeBuilder) -> None:
    spec = _spec(builder, coco_instances(), synsets=_mapping(builder, {"person": TENCH}))
    index = builder.index()
    _ingest(index, spec)
    assert _ingest(index, spec).counts == Counts(unchanged=2)
    _mapping(builder, {"person": APPLE})
    assert _ingest(index, spec).counts == Counts(unchanged=2)
    assert rows_of(index, SYNSETS)[0] == ("person", APPLE, APPLE_WNID)
    assert rows_of(index, "SELECT generation FROM sources") == [(2,)]


def test_what_a_mapping_does_not_say_is_told(builder: TreeBuilder) -> None:
    file = _mapping(builder, {"person": "tench.n.1", "botle": APPLE})
    report = _ingest(builder.index(), _spec(builder, coco_instances(), synsets=file))
    assert report.notes[:3] == [
        f"{file}: no category is called botle",
        f"{file}: not in WordNet 3.0: tench.n.1",
        "1 of 2 categories have a synset; without one: bottle",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[]", "is a JSON array; give a JSON object from category to synset"),
        (b'{"person": 1}', "`person` (id unknown): expected `str | null`, got `int`; fix"),
        (b'{"person": "a', "is not JSON"),
        (b"", "the file is empty"),
    ],
)
def test_a_bad_mapping_is_refused(builder: TreeBuilder, content: bytes, problem: str) -> None:
    file = builder.file("own/synsets.json", content)
    index = builder.index()
    with pytest.raises(RecordError) as caught:
        _ingest(index, _spec(builder, coco_instances(), synsets=file))
    assert caught.value.file == file
    assert problem in str(caught.value)
    assert rows_of(index, "SELECT name FROM sources") == []


@pytest.mark.slow
def test_categories_are_found_by_name_only_when_asked(builder: TreeBuilder) -> None:
    content = v3det()
    index = builder.index()
    _ingest(index, _spec(builder, content))
    assert rows_of(index, SYNSETS) == [("apple", None, None)]
    _ingest(index, _spec(builder, content, by_name=True))
    assert rows_of(index, SYNSETS) == [("apple", APPLE, APPLE_WNID)]
    content["categories"][0]["synset"] = TENCH
    _ingest(index, _spec(builder, content, by_name=True))
    assert rows_of(index, SYNSETS)[0][1] == TENCH
    mapping = _mapping(builder, {"13026": APPLE_WNID})
    _ingest(index, _spec(builder, content, by_name=True, synsets=mapping))
    assert rows_of(index, SYNSETS)[0][1] == APPLE


def test_images_of_coco_are_the_same_everywhere(builder: TreeBuilder) -> None:
    content = coco_instances()
    del content["images"][1]["coco_url"]
    lvis, genome = builder.lvis(), builder.visual_genome(vg_objects(7))
    builder.visual_genome(vg_objects(7), images=[vg_image(7, coco_id=139)])
    index = builder.index()
    index.ingest([lvis, genome])
    known = """
        SELECT s.name, i.coco_id FROM images i JOIN sources s ON s.pk = i.source_pk
        WHERE s.format != 'lvis' ORDER BY 1, 2 NULLS FIRST"""
    _ingest(index, _spec(builder, content))
    assert rows_of(index, known) == [("own", None), ("own", 397133), ("visual_genome", 139)]
    _ingest(index, _spec(builder, content, coco_ids=True))
    assert rows_of(index, known) == [("own", 139), ("own", 397133), ("visual_genome", 139)]


@pytest.mark.slow
def test_a_plain_ingest_reads_it_again_with_its_options(
    builder: TreeBuilder, empty_index: Path
) -> None:
    builder.lvis()
    options: Json = {"strip": 2, "below": "train", "coco_ids": True, "by_name": True}
    options["synsets"] = _mapping(builder, {"Person": TENCH})
    spec = _spec(builder, objects365_v2(), "train", **options)
    index = builder.index()
    _ingest(index, spec)
    content = objects365_v2()
    content["annotations"] += [content["annotations"][0] | {"id": 52}]
    spec = _spec(builder, content, "train", **options)
    report = index.ingest()
    counts = {source.name: source.counts for source in report.sources}
    assert counts == {"lvis_v1_train": Counts(added=1), "own_train": Counts(added=1, unchanged=1)}
    fresh = Index.open(index.root, Path(shutil.copyfile(empty_index, index.root / "fresh.db")))
    fresh.ingest([spec])
    fresh.ingest()
    assert contents(index) == contents(fresh)
    spec.path.unlink()
    report = index.ingest()
    assert [source.name for source in report.sources] == ["lvis_v1_train"]
    assert str(spec.path) in report.missing
    assert len(rows_of(index, "SELECT 1 FROM regions")) == 3


def test_files_of_two_splits_share_a_dataset(builder: TreeBuilder) -> None:
    index = builder.index()
    for split in ("train", "val"):
        _ingest(index, _spec(builder, coco_instances(), split, below=f"{split}2017"))
    assert rows_of(index, "SELECT name FROM datasets") == [("own",)]
    named = "SELECT name, split FROM sources ORDER BY pk"
    assert rows_of(index, named) == [("own_train", "train"), ("own_val", "val")]
    assert sorted({row[0] for row in rows_of(index, PATHS)}) == ["train2017", "val2017"]
    assert rows_of(index, "SELECT name FROM vocabularies") == [("own_train",), ("own_val",)]


def test_a_dataset_has_one_root_which_may_move(builder: TreeBuilder) -> None:
    index = builder.index()
    specs = [_spec(builder, coco_instances(), split) for split in ("train", "val")]
    index.ingest(specs)
    specs[0].images.mkdir()
    moved = [spec._replace(images=builder.root / "elsewhere") for spec in specs]
    with pytest.raises(UsageError, match="give the folder that holds both: run `ovmr-index"):
        index.ingest(moved)
    specs[0].images.rename(moved[0].images)
    report = index.ingest(moved)
    assert [source.counts for source in report.sources] == [Counts(unchanged=2)] * 2
    assert rows_of(index, "SELECT name, root FROM datasets") == [("own", "elsewhere")]


@pytest.mark.parametrize(
    "name", ["lvis", "imagenet21k", "visual_genome", "lvis_v1_val", "total", "", ".", "a/b", "a\nb"]
)
def test_names_that_stand_for_something_else_are_refused(builder: TreeBuilder, name: str) -> None:
    index = builder.index()
    with pytest.raises(UsageError):
        index.sources.coco(Path("a.json"), name, Path("images"))
    with pytest.raises(UsageError):
        index.sources.folder(Path("mine"), name)


@pytest.mark.parametrize(
    "options", [{"strip": -1}, {"below": "../up"}, {"below": "/up"}, {"below": "a\\b"}]
)
def test_options_without_a_sense_are_refused(builder: TreeBuilder, options: Json) -> None:
    with pytest.raises(UsageError):
        _spec(builder, v3det(), **options)


def test_a_name_stands_for_one_source(builder: TreeBuilder) -> None:
    index = builder.index()
    _ingest(index, _spec(builder, v3det()))
    builder.file("mine/mug/a.jpg", b"")
    with pytest.raises(UsageError, match="own is a source of format coco; give another name"):
        index.ingest([index.sources.folder(builder.root / "mine", "own")])
    index.ingest([index.sources.folder(builder.root / "mine", "mine")])
    with pytest.raises(UsageError, match="mine is a source of format folder"):
        index.ingest([_spec(builder, v3det())._replace(name="mine", dataset="mine")])


def test_a_file_that_is_not_there_is_named(builder: TreeBuilder) -> None:
    spec = _spec(builder, v3det())
    spec.path.unlink()
    with pytest.raises(OvmrIndexError, match=f"{spec.path}: No such file or directory"):
        _ingest(builder.index(), spec)
