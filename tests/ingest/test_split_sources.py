"""OpenImages, YOLO and Pascal VOC in the index: what is read, and what is read again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import RecordError, UsageError
from ovmr_index.ingest.report import Counts, SourceReport, VanishedError
from ovmr_index.ingest.sources import SourceOptions, SourceSpec
from tests.support.checked import problems_but_wordnet
from tests.support.contents import assert_sound, contents, rows_of
from tests.support.split_trees import (
    CHAIR,
    IMAGE,
    OTHER,
    ROSE,
    SIZE,
    TORTOISE,
    box_row,
    boxes_csv,
    class_csv,
    openimages,
    usual_openimages,
    usual_voc,
    usual_yolo,
    voc,
    voc_object,
    voc_xml,
    yolo,
)
from tests.support.trees import APPLE, TENCH, TreeBuilder, picture

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("with_index")]
BOX = "0 0.5 0.5 0.5 0.25\n"


def _openimages(builder: TreeBuilder) -> list[SourceSpec]:
    return builder.index().sources.openimages(usual_openimages(builder))


def _yolo(builder: TreeBuilder) -> list[SourceSpec]:
    return builder.index().sources.yolo(usual_yolo(builder), "mugs")[0]


def _voc(builder: TreeBuilder) -> list[SourceSpec]:
    return builder.index().sources.voc(usual_voc(builder), "voc")


def _again(builder: TreeBuilder) -> list[SourceReport]:
    """Read what was read before, as a plain `ingest` does."""
    return builder.index().ingest().sources


def _counts(reports: list[SourceReport]) -> list[Counts]:
    return [one.counts for one in reports]


def _assert_as_fresh(builder: TreeBuilder, empty_index: Path, specs: list[SourceSpec]) -> None:
    """Assert that the index is what a new one of the same files would be."""
    copy = shutil.copyfile(empty_index, builder.root / "fresh.db")
    with Index.open(builder.root, Path(copy)) as fresh:
        fresh.ingest(specs)
        assert contents(builder.index()) == contents(fresh)
        assert rows_of(builder.index(), ANCESTORS) == rows_of(fresh, ANCESTORS)
    assert_sound(builder.index())


ANCESTORS = """
    SELECT category, ancestor, distance FROM category_ancestors ORDER BY category, distance"""
NAMES = {
    "openimages": ["openimages_train"],
    "yolo": ["mugs_train", "mugs_val"],
    "voc": ["voc_train"],
}


@pytest.mark.exhaustive(beyond=2)  # VOC is read again in two tests below
@pytest.mark.parametrize("make", [_openimages, _yolo, _voc])
def test_a_dataset_is_read_once(
    builder: TreeBuilder, empty_index: Path, make: Callable[[TreeBuilder], list[SourceSpec]]
) -> None:
    specs = make(builder)
    first = builder.index().ingest(specs).sources
    assert [one.name for one in first] == NAMES[first[0].format]
    assert sum(one.counts.added for one in first) == 3
    assert not any(one.problems for one in first)
    again = _again(builder)
    assert not any(one.did_work for one in again)
    assert sum(one.counts.unchanged for one in again) == 3
    rehashed = builder.index().ingest(specs, rehash=True).sources
    assert sum(one.counts.unchanged for one in rehashed) == 3
    assert not builder.index().verify().failed
    assert problems_but_wordnet(builder.index()) == []
    _assert_as_fresh(builder, empty_index, specs)


def test_images_that_come_later_are_taken(builder: TreeBuilder, empty_index: Path) -> None:
    folder = usual_openimages(builder)
    (folder / "train_f" / f"{OTHER}.jpg").unlink()
    specs = builder.index().sources.openimages(folder)
    (report,) = builder.index().ingest(specs).sources
    assert report.counts == Counts(added=2)
    assert [one.record for one in report.problems] == [f"train_f/{OTHER}.jpg"]
    assert _counts(_again(builder)) == [Counts(unchanged=2)]
    builder.pictures(f"oi/train_f/{OTHER}.jpg", size=SIZE)
    (report,) = _again(builder)
    assert (report.counts, report.problems) == (Counts(added=1, unchanged=2), [])
    _assert_as_fresh(builder, empty_index, specs)
    (folder / "train_0" / f"{IMAGE}.jpg").unlink()
    assert _counts(_again(builder)) == [Counts(unchanged=1, vanished=2)]


def test_only_rows_that_differ_are_written(builder: TreeBuilder, empty_index: Path) -> None:
    specs = _openimages(builder)
    builder.index().ingest(specs)
    rows = (box_row(label=TORTOISE), box_row(OTHER, CHAIR), box_row(OTHER, ROSE, (0, 1, 0, 1)))
    builder.file("oi/train-annotations-bbox.csv", boxes_csv(*rows))
    # The first has lost its clicks, and one of the two images its group.
    assert _counts(_again(builder)) == [Counts(added=1, changed=1, unchanged=1, vanished=1)]
    _assert_as_fresh(builder, empty_index, specs)


def test_a_label_that_changes_is_read_again(builder: TreeBuilder, empty_index: Path) -> None:
    file = yolo(builder, {"train/a.jpg": BOX, "train/b.jpg": "1 0.5 0.5 1 1\n"})
    specs = builder.index().sources.yolo(file, "mugs")[0]
    builder.index().ingest(specs)
    labels = file.parent / "labels" / "train"
    (labels / "a.txt").rename(labels / "c.txt")
    (labels / "b.txt").rename(labels / "a.txt")
    (labels / "c.txt").rename(labels / "b.txt")
    (report,) = builder.index().ingest(specs).sources
    assert report.counts == Counts(changed=2)
    builder.file("yolo/labels/train/b.txt", b"")
    (report,) = builder.index().ingest(specs).sources
    assert report.counts == Counts(unchanged=1, vanished=1)
    builder.file("yolo/images/train/d.jpg", picture(SIZE))
    (report,) = builder.index().ingest(specs).sources
    assert report.others["images"] == Counts(added=1, unchanged=2)
    _assert_as_fresh(builder, empty_index, specs)


def test_a_class_of_another_split_is_a_class(builder: TreeBuilder, empty_index: Path) -> None:
    files = {"a": voc_xml("a.jpg", voc_object("mug")), "b": voc_xml("b.jpg", voc_object("cup"))}
    specs = builder.index().sources.voc(voc(builder, files, train=["a"], val=["b"]), "voc")
    builder.index().ingest(specs)
    builder.file("voc/Annotations/b.xml", voc_xml("b.jpg", voc_object("ant")))
    builder.index().ingest(specs)
    names = "SELECT vocabulary, category FROM vocabulary_categories ORDER BY 1, category_id"
    assert rows_of(builder.index(), names) == [
        ("voc_train", "ant"),
        ("voc_train", "mug"),
        ("voc_val", "ant"),
        ("voc_val", "mug"),
    ]
    _assert_as_fresh(builder, empty_index, specs)


def test_a_folder_without_lists_is_read_again(builder: TreeBuilder, empty_index: Path) -> None:
    files = {one: voc_xml(f"{one}.jpg", voc_object()) for one in ("b", "c")}
    specs = builder.index().sources.voc(voc(builder, files), "mine")
    builder.index().ingest(specs)
    voc(builder, {"a": voc_xml("a.jpg", voc_object())})
    (report,) = _again(builder)
    assert (report.name, report.counts) == ("mine", Counts(added=1, unchanged=2))
    assert report.notes == [*filter(lambda note: "synset" in note, report.notes)]
    (builder.root / "voc" / "Annotations" / "a.xml").unlink()
    assert _counts(_again(builder)) == [Counts(unchanged=2, vanished=1)]
    _assert_as_fresh(builder, empty_index, specs)


def test_the_hierarchy_is_the_ancestors_of_categories(builder: TreeBuilder) -> None:
    index = builder.index()
    index.ingest(_openimages(builder))
    assert rows_of(index, ANCESTORS) == [
        ("Chair, armchair", CHAIR, 0),
        ("Rose", ROSE, 0),
        ("Tortoise", TORTOISE, 0),
        ("Tortoise", ROSE, 1),
    ]
    (builder.root / "oi" / "bbox_labels_600_hierarchy.json").unlink()
    index.ingest()
    assert {row[2] for row in rows_of(index, ANCESTORS)} == {0}


def test_a_synset_of_wordnet_goes_before_the_own_one(builder: TreeBuilder) -> None:
    index = builder.index()
    options = SourceOptions(synsets={"Rose": APPLE, "Chair, armchair": TENCH})
    specs = index.sources.openimages(usual_openimages(builder), "oi", options)
    (report,) = index.ingest(specs).sources
    assert rows_of(index, ANCESTORS) == [
        ("Chair, armchair", TENCH, 0),
        ("Rose", APPLE, 0),
        ("Tortoise", TORTOISE, 0),
        ("Tortoise", APPLE, 1),
    ]
    assert report.notes == [
        "1 of 3 categories have a synset of their dataset alone, none of WordNet: Tortoise"
    ]
    assert problems_but_wordnet(index) == []


def test_a_folder_of_labels_that_is_gone_is_one_issue(builder: TreeBuilder) -> None:
    index = builder.index()
    index.ingest(_yolo(builder))
    index.ingest(_voc(builder))
    shutil.rmtree(builder.root / "yolo" / "labels" / "train")
    (builder.root / "voc" / "Annotations" / "000007.xml").unlink()
    (builder.root / "yolo" / "data.yaml").write_text("names: [mug]")
    found = [(one.dataset, one.file, one.kind, one.reason) for one in index.verify().issues]
    missing, changed = "missing", "differs from what was read; run `index.ingest()`"
    assert found == [
        ("mugs", "yolo/labels/train", missing, "missing, with 2 annotation files"),
        ("voc", "voc/Annotations/000007.xml", missing, "the annotation file is missing"),
        ("mugs", "yolo/data.yaml", "changed", changed),
    ]


def test_bad_records_abort_or_are_left_out(builder: TreeBuilder) -> None:
    index = builder.index()
    file = yolo(builder, {"train/a.jpg": BOX, "train/b.jpg": "9 0.5 0.5 1 1\n"})
    specs = index.sources.yolo(file, "mugs")[0]
    with pytest.raises(RecordError, match=r"b\.txt: line 1: its class 9 is not in `names`"):
        index.ingest(specs)
    assert rows_of(index, "SELECT count(*) FROM sources") == [(0,)]
    (report,) = index.ingest(specs, on_error="skip").sources
    assert (report.counts.added, len(report.problems)) == (1, 1)
    (again,) = _again(builder)
    assert again.problems == report.problems


def test_a_dry_run_changes_nothing(builder: TreeBuilder) -> None:
    index = builder.index()
    (report,) = index.ingest(_voc(builder), dry_run=True).sources
    assert report.counts == Counts(added=3)
    assert rows_of(index, "SELECT count(*) FROM sources") == [(0,)]


def test_masses_of_boxes_do_not_vanish_with_their_images(builder: TreeBuilder) -> None:
    sides = [(0, 1, 0, round(i / 200, 4)) for i in range(1, 151)]
    folder = openimages(builder, box_row(), *(box_row(OTHER, sides=one) for one in sides))
    builder.pictures(f"oi/train/{IMAGE}.jpg", f"oi/train/{OTHER}.jpg", size=SIZE)
    index = builder.index()
    index.ingest(index.sources.openimages(folder))
    (folder / "train" / f"{OTHER}.jpg").unlink()
    with pytest.raises(VanishedError, match="150 of 151 boxes would vanish"):
        index.ingest()
    assert rows_of(index, "SELECT count(*) FROM boxes") == [(151,)]


def test_two_files_of_one_split_are_refused(builder: TreeBuilder) -> None:
    folder = usual_openimages(builder)
    second = builder.file("oi/oidv6-train-annotations-bbox.csv", boxes_csv())
    with pytest.raises(RecordError) as caught:
        builder.index().sources.openimages(folder)
    first = "is a second file of split train, beside oidv6-train-annotations-bbox.csv"
    assert first in str(caught.value)
    second.rename(second.with_name("oidv6-test-annotations-bbox.csv"))
    names = [one.name for one in builder.index().sources.openimages(folder, "oi")]
    assert names == ["oi_train", "oi_test"]


def test_what_is_no_dataset_is_refused(builder: TreeBuilder) -> None:
    sources = builder.index().sources
    gone, file = builder.root / "gone", builder.file("a.csv", class_csv())
    for read in (sources.openimages, sources.voc):
        with pytest.raises(RecordError, match="gone: No such file or directory; give the folder"):
            read(gone, "a")
        with pytest.raises(RecordError, match=r"a\.csv: is a file; give the folder of the"):
            read(file, "a")
    with pytest.raises(RecordError, match=r"holds no \*-annotations-bbox\.csv; download"):
        sources.openimages(builder.root)
    (openimages(builder, box_row()) / "class-descriptions-boxable.csv").unlink()
    with pytest.raises(RecordError, match=r"oi: holds no class-descriptions\*\.csv; download"):
        sources.openimages(builder.root / "oi")
    (builder.root / "empty" / "Annotations").mkdir(parents=True)
    with pytest.raises(RecordError, match=r"Annotations: holds no \.xml file; unpack"):
        sources.voc(builder.root / "empty", "a")
    with pytest.raises(RecordError, match="gone: No such file or directory; check the file"):
        sources.yolo(gone, "a")
    with pytest.raises(UsageError, match="the name lvis stands for something else"):
        sources.voc(usual_voc(builder), "lvis")


def test_a_split_that_is_not_there_is_named(builder: TreeBuilder) -> None:
    file = yolo(builder, {"train/a.jpg": BOX})
    found, missing = builder.index().sources.yolo(file, "mugs")
    assert [one.name for one in found] == ["mugs_train"]
    assert missing == [str(builder.root / "yolo" / "images" / "val")]
    shutil.rmtree(builder.root / "yolo" / "images")
    with pytest.raises(RecordError, match="`train`: 'images/train' is not there, looked for"):
        builder.index().sources.yolo(file, "mugs")


def test_images_of_all_splits_share_their_root(builder: TreeBuilder) -> None:
    file = yolo(builder, {"train/a.jpg": BOX, "val/b.jpg": BOX}, None)
    moved = file.rename(builder.root / "mugs.yaml")
    moved.write_text("path: yolo\ntrain: images/train\nval: images/val\nnames: [mug]\n")
    specs, _ = builder.index().sources.yolo(moved, "mugs")
    assert {one.images for one in specs} == {builder.root / "yolo"}
    moved.write_text(f"train: {builder.root}/yolo/images/train\nnames: [mug]\n")
    specs, _ = builder.index().sources.yolo(moved, "mugs")
    assert {one.images for one in specs} == {builder.root}
