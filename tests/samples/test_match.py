"""Samples from elsewhere: exported, imported and exported again they are the same bytes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import DrawOptions, ImportReport, Index
from ovmr_index.errors import MissingSourceError, RecordError, UsageError
from ovmr_index.ingest.sources import SourceOptions, SourceSpec
from ovmr_index.vocabularies.partition_filter import PartitionFilter
from tests.support.copied_tree import copied_tree
from tests.support.formats import openimages
from tests.support.odd_trees import OddTree
from tests.support.oracle import load
from tests.support.trees import (
    APPLE,
    BASKET,
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

CATEGORIES = [category(7, APPLE, frequency="r"), category(3, TENCH), category(5, BASKET)]
BOXES = (11, 12, 13)
FOLDER = f"train/{TENCH_WNID}"
NAMES = ("a.JPEG", "b.JPEG", "é c.JPEG")
ALL = DrawOptions(10, on_shortage="take-all")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> tuple[Path, Path, Path]:
    """Return a root and two indexes of it, made in different orders, to be copied.

    It has three tenches a dataset, three apples and no basket. The first index has its pools.
    """
    root = tmp_path_factory.mktemp("made") / "datasets"
    builder = TreeBuilder(root)
    boxes = [annotation(i, 1, 7, bbox=[4, 4, 40.5, i], iscrowd=0) for i in BOXES]
    boxes += [annotation(10 + i, 1, 3, bbox=[i, 4, 36, 30]) for i in BOXES]
    train = builder.lvis("train", categories=CATEGORIES, annotations=boxes)
    # Boxes of the same ids on another image, and on the same one.
    images = [image(1, "val2017"), image(2, "train2017")]
    val = builder.lvis("val", categories=CATEGORIES, images=images, annotations=boxes)
    imagenet = builder.imagenet({FOLDER: NAMES})
    objects = [vg_object(i, TENCH, id=5, names=["ü"], w=40 + i / 8) for i in BOXES]
    places = [train, val, imagenet, builder.visual_genome(vg_objects(1, *objects))]
    for path, order in ((root / "a.db", places), (root / "b.db", places[::-1])):
        shutil.copyfile(few_synsets, path)
        Index.open(root, path).ingest(order)
    Index.open(root, root / "a.db").collate()
    return root, root / "a.db", root / "b.db"


@pytest.fixture
def index(made: tuple[Path, Path, Path], tmp_path: Path) -> Index:
    """Return an index for the test alone."""
    return Index.open(made[0], shutil.copyfile(made[1], tmp_path / "ovmr.db"))


@pytest.fixture
def other(made: tuple[Path, Path, Path], tmp_path: Path) -> Index:
    """Return another index over the same files."""
    return Index.open(made[0], shutil.copyfile(made[2], tmp_path / "other.db"))


def _exported(index: Index, options: DrawOptions = ALL) -> Path:
    return index.exports.sample(options, index.root / "sample.json").path


def _changed(file: Path, change: Callable[[list[list[Json]]], Any]) -> Path:
    content = load(file)
    change(content)
    file.write_text(json.dumps(content))
    return file


def _entries(report: ImportReport) -> list[tuple[int, int, str, str | None]]:
    return [(one.category_id, one.position, one.kind, one.substitute) for one in report.problems]


@pytest.mark.exhaustive(but=["options0", "options2", "options4"])
@pytest.mark.parametrize(
    "options",
    [
        ALL,
        DrawOptions(3, 7, "stable", "take-all"),
        DrawOptions(7, 7, "stable", "repeat"),
        DrawOptions(5, on_shortage="repeat", weight="even"),
        DrawOptions(
            2, on_shortage="take-all", partition_filter=PartitionFilter("rare", "novel", only=True)
        ),
    ],
)
def test_exported_imported_and_exported_again_is_the_same_bytes(
    index: Index, other: Index, options: DrawOptions
) -> None:
    file = _exported(index, options)
    report = other.samples.import_file(file, "author")
    assert (report.saved, report.problems) == (True, [])
    assert report.here == report.exemplars > 0
    again = other.exports.sample("author", other.path.with_name("again.json")).path
    assert again.read_bytes() == file.read_bytes()
    drawn = other.sample(options)
    assert other.samples.load("author") == drawn


@pytest.mark.slow
@pytest.mark.exhaustive(but=["0"])
@pytest.mark.parametrize("seed", [0, 8])
def test_so_are_those_of_odd_trees(
    builder: TreeBuilder, odd_index: Path, tmp_path: Path, seed: int
) -> None:
    if seed == 0:
        index = Index.open(copied_tree(odd_index, tmp_path / "odd"))
    else:
        OddTree(builder, seed)
        index = builder.index()
        index.ingest()
    for method in ("numpy", "stable"):
        options = DrawOptions(5, seed, method, "repeat")
        file = index.exports.sample(options, tmp_path / f"{method}.json").path
        assert index.samples.import_file(file, method).problems == []
        again = index.exports.sample(method, tmp_path / "again.json").path
        assert again.read_bytes() == file.read_bytes()


@pytest.mark.slow
def test_datasets_of_ones_own_are_found_too(builder: TreeBuilder) -> None:
    content = openimages()
    for one in content["annotations"]:
        one |= {"id": f"text {one['id']}", "bbox": [4.0, 4.0, 40.0, 40.0]}
    file = builder.json("oid_train.json", content)
    builder.pictures("kitchen/Rose/1.jpg", "kitchen/Rose/2.jpg")
    index = builder.index()
    options = SourceOptions(by_name=True)
    images, kitchen = builder.root / "oid", builder.root / "kitchen"
    index.ingest(
        [
            SourceSpec("oid_train", "coco", "oid", "train", file, images, options),
            SourceSpec("kitchen", "folder", "kitchen", None, kitchen, kitchen, options),
        ]
    )
    sample, again = builder.root / "sample.json", builder.root / "again.json"
    for vocabulary in ("oid_train", "kitchen"):
        drawn = DrawOptions(4, on_shortage="take-all", vocabulary=vocabulary)
        index.exports.sample(drawn, sample)
        report = index.samples.import_file(sample, vocabulary, vocabulary=vocabulary)
        assert (report.missing, report.vocabulary) == (0, vocabulary)
        index.exports.sample(vocabulary, again)
        assert again.read_bytes() == sample.read_bytes()
    with pytest.raises(MissingSourceError, match=r"run `index.ingest\(\)`"):
        index.samples.import_file(sample, "lvis")


def test_it_tells_where_it_comes_from(index: Index) -> None:
    index.samples.import_file(_exported(index), "author")
    origin = index.samples.show("author").provenance
    assert (origin.k, origin.method, origin.vocabulary) == (9, "imported", "lvis_v1_train")
    assert origin.recipe is None
    assert origin.fingerprints is not None
    assert set(origin.fingerprints) == {
        *("imagenet21k", "imported", "lvis_v1_train", "lvis_v1_val", "visual_genome")
    }
    assert list(origin.fingerprints["imported"]) == ["sample.json"]


def test_what_is_missing_is_told_and_nothing_is_kept(index: Index) -> None:
    def spoil(content: list[list[Json]]) -> None:
        tenches, _, apples = content
        tenches[0]["id"] = 99
        tenches[3]["file_name"] = f"{FOLDER}/z.JPEG"
        tenches[6] |= {"file_name": "VG_100K/2.jpg", "image_id": 2}
        apples[1]["dataset"] = "objects365"

    report = index.samples.import_file(_changed(_exported(index), spoil), "author")
    assert [(one.category_id, one.position, one.reason) for one in report.problems] == [
        (3, 0, "the index holds no box 99 on this file"),
        (3, 3, "the index holds no such file"),
        (3, 6, "the index holds no box 11 on this file"),
        (7, 1, "the index holds no dataset objects365"),
    ]
    assert (report.exemplars, report.here, report.missing, report.saved) == (12, 8, 4, False)
    assert index.samples.list() == []


def test_an_id_on_another_image_is_another_exemplar(index: Index) -> None:
    def rename(content: list[list[Json]]) -> None:
        for entry in (content[0][0], content[0][6], content[2][0]):
            entry["file_name"] = "elsewhere/1.jpg"

    report = index.samples.import_file(_changed(_exported(index), rename), "author")
    lvis, genome = "train2017/000000000001.jpg", "VG_100K/1.jpg"
    assert [one.reason for one in report.problems] == [
        f"box {key} is on {name} in the index"
        for key, name in ((21, lvis), (11, genome), (11, lvis))
    ]
    assert (report.missing, report.saved, index.samples.list()) == (3, False, [])


def test_a_file_name_of_an_objects_own_is_known_by_the_image_id(builder: TreeBuilder) -> None:
    builder.lvis(categories=CATEGORIES, annotations=[])
    builder.visual_genome(vg_objects(1, vg_object(5, TENCH, file_name="of the object")))
    index = builder.index()
    index.ingest()
    report = index.samples.import_file(_exported(index), "author")
    assert (report.here, report.problems) == (1, [])


def test_what_is_missing_may_be_left_out(index: Index) -> None:
    file = _changed(_exported(index), lambda content: content[2][1].update(id=99))
    report = index.samples.import_file(file, "rest", allow_missing=True)
    assert (report.here, report.missing, report.replaced, report.saved) == (11, 1, 0, True)
    apples = index.samples.load("rest")[2]
    assert [pick.region_id for pick in apples.exemplars] == [11, 13]


def test_a_box_that_differs_is_told_and_ours_is_kept(index: Index, other: Index) -> None:
    file = _exported(index)
    before = file.read_bytes()

    def spoil(content: list[list[Json]]) -> None:
        content[2][0]["bbox"][0] = 5
        content[0][6]["w"] = 40

    report = other.samples.import_file(_changed(file, spoil), "author")
    assert [(one.kind, one.reason) for one in report.problems] == [
        ("box", "box 11 is [2, 3, 40, 36] in the file, [2, 3, 41.375, 36] here"),
        ("box", "box 11 is [5, 4, 40.5, 11] in the file, [4, 4, 40.5, 11] here"),
    ]
    assert (report.here, report.missing, report.boxes, report.saved) == (12, 0, 2, True)
    again = other.exports.sample("author", other.path.with_name("again.json")).path
    assert again.read_bytes() == before


def test_members_that_differ_are_told_and_the_index_counts(index: Index, other: Index) -> None:
    file = _exported(index)
    before = file.read_bytes()

    def spoil(content: list[list[Json]]) -> None:
        for entry in content[0]:
            entry["area"] = 1.5
        of_lvis, of_imagenet, of_genome = content[0][0], content[0][3], content[0][6]
        of_lvis |= {"synset": "Tench", "image_id": 77, "segmentation": [[1, 2, 3, 4, 5, 6]]}
        of_imagenet["synset"] = "Tench.N.01"
        of_genome["names"] = ["other"]
        content[2][0]["more"] = "what the index does not know"

    count = len(load(file)[0])
    report = other.samples.import_file(_changed(file, spoil), "author")
    assert (report.problems, report.saved) == ([], True)
    short, *others = report.notes
    assert short == (
        "the file has fewer than 9 exemplars of 2 categories: basket.n.01 (0), apple.n.01 (3)"
    )
    said = {note.split("`")[1]: note for note in others}
    assert set(said) == {"area", "synset", "image_id", "segmentation", "names"}
    assert said["area"].startswith(f"{count} exemplars have another `area` than in the index")
    assert said["area"].endswith(f"; and {count - 3} more")
    assert "2 exemplars have another `synset`" in said["synset"]
    assert (
        f'category 3 [3] imagenet21k {FOLDER}/a.JPEG has "Tench.N.01", and "tench.n.01" in'
        in (said["synset"])
    )
    assert report.as_json()["notes"] == report.notes
    again = other.exports.sample("author", other.path.with_name("again.json")).path
    assert again.read_bytes() == before


def test_an_area_may_be_that_of_the_mask_or_absent(index: Index) -> None:
    def change(content: list[list[Json]]) -> None:
        del content[0][3]["area"]
        content[2][0]["area"] = 1440.5

    report = index.samples.import_file(_changed(_exported(index), change), "author")
    (short,) = report.notes
    assert short.startswith("the file has fewer than 9 exemplars of 2 categories: ")


def test_substitutes_are_drawn_for_those_alone(index: Index) -> None:
    stable = DrawOptions(9, method="stable", on_shortage="take-all")
    chosen = DrawOptions(3, 7, "stable", "take-all")
    held = index.sample(chosen)
    file = _changed(_exported(index, chosen), lambda content: content[0][1].update(dataset="gone"))
    report = index.samples.import_file(file, "author", replace_missing=True)
    made = index.samples.load("author")
    kept = {pick for i, pick in enumerate(held[0].exemplars) if i != 1}
    first = next(one for one in index.sample(stable)[0].exemplars if one not in kept)
    assert _entries(report) == [(3, 1, "missing", first.file_name)]
    assert made[0].exemplars == (held[0].exemplars[0], first, held[0].exemplars[2])
    assert made[1:] == held[1:]
    assert (report.here, report.missing, report.replaced, report.saved) == (5, 1, 1, True)
    assert index.samples.show("author").provenance.recipe is not None


def test_the_same_gets_the_same_substitute_and_some_get_none(index: Index) -> None:
    def spoil(content: list[list[Json]]) -> None:
        held, lost, other = content[2]
        lost["id"], other["id"] = 98, 99
        content[2] = [lost, held, lost, other]
        content[1] = [other | {"category_id": 5, "synset": BASKET}]

    file = _changed(_exported(index), spoil)
    report = index.samples.import_file(file, "author", replace_missing=True)
    file_name = "train2017/000000000001.jpg"
    assert _entries(report) == [
        (5, 0, "missing", None),
        *((7, i, "missing", file_name) for i in (0, 2, 3)),
    ]
    assert (report.missing, report.replaced, report.saved) == (4, 3, False)
    again = index.samples.import_file(file, "author", replace_missing=True, allow_missing=True)
    assert again.saved
    ids = [pick.region_id for pick in index.samples.load("author")[2].exemplars]
    assert (ids[0], ids[1]) == (ids[2], 11)
    assert {*ids} == {*BOXES}


def test_pools_need_not_be_made_before(index: Index, other: Index) -> None:
    file = _changed(_exported(index), lambda content: content[0][0].update(id=99))
    assert not other.samples.import_file(file, "author").saved
    content = load(file)
    del content[0][1]
    file.write_text(json.dumps(content))
    assert other.samples.import_file(file, "author", replace_missing=True).replaced == 1


def test_a_name_is_taken_once(index: Index) -> None:
    file = _exported(index)
    index.samples.import_file(file, "author")
    with pytest.raises(UsageError, match="there is a sample 'author' already"):
        index.samples.import_file(file, "author")


def test_a_file_of_other_categories_is_refused(index: Index) -> None:
    file = _changed(_exported(index), lambda content: content.pop())
    with pytest.raises(RecordError, match=r"sample\.json: holds 2 lists for 3 categories; give"):
        index.samples.import_file(file, "author")
    assert index.samples.list() == []


def test_an_empty_sample_is_one(index: Index) -> None:
    file = index.root / "sample.json"
    file.write_text("[[], [], []]")
    report = index.samples.import_file(file, "none", replace_missing=True)
    assert (report.exemplars, report.saved) == (0, True)
    path = index.exports.sample("none", index.path.with_name("again.json")).path
    assert load(path) == [[], [], []]
