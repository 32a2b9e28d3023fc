"""Datasets as Ultralytics reads them: links, labels and data.yaml."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ovmr_index import Index
from ovmr_index.errors import MissingSourceError, OvmrIndexError, UsageError
from ovmr_index.export.forms.box_options import BoxOptions, lvis_boxes
from ovmr_index.export.forms.flat_names import FlatNames
from ovmr_index.export.forms.yolo_folder import YoloFolder
from ovmr_index.ingest.sources import NO_OPTIONS, coco_source
from ovmr_index.storage.tar_members import TarMember
from tests.support.trees import APPLE, TENCH, TreeBuilder, annotation, category, image

CATEGORIES = [category(7, TENCH), category(3, APPLE, frequency="r")]
RUNS = {"size": [48, 64], "counts": [5, 3067]}


@pytest.fixture(scope="module")
def module_builder(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return the builder of the tree that the tests of this module share."""
    return TreeBuilder(tmp_path_factory.mktemp("yolo") / "datasets", empty_index)


@pytest.fixture(scope="module")
def index(module_builder: TreeBuilder) -> Index:
    """Return an index of both splits of LVIS; one image of val is not there."""
    builder = module_builder
    builder.lvis(
        categories=CATEGORIES,
        images=[image(9), image(2), image(4)],
        annotations=[
            annotation(11, 2, 3),
            annotation(12, 9, 7, segmentation=RUNS),
            annotation(10, 2, 7, bbox=[40, 30, 40, 40]),
            annotation(13, 2, 7, iscrowd=1),
        ],
    )
    builder.lvis(
        "val",
        categories=CATEGORIES,
        images=[image(1), image(6, "val2017")],
        annotations=[annotation(20, 6, 3)],
    )
    builder.pictures(*(f"coco/train2017/{key:012}.jpg" for key in (9, 2, 4, 1)))
    builder.imagenet({"train/n01440764": ["n01440764_1.JPEG"]})
    opened = builder.index()
    opened.ingest()
    return opened


@pytest.fixture
def folder(index: Index) -> Iterator[Path]:
    """Return the usual folder, which is empty before and after a test."""
    exports = index.root / "exports"
    yield exports / "yolo/lvis_v1"
    if exports.is_symlink():
        exports.unlink()
    elif exports.exists():
        shutil.rmtree(exports)


def files(folder: Path) -> dict[str, str]:
    """Return what is below a folder: where links lead to, and texts."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else text(path)
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def text(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text(encoding="utf-8")


def test_a_split_is_links_labels_and_names(index: Index, folder: Path) -> None:
    report = index.exports.yolo()
    assert (report.folder, report.split, report.problems) == (folder, "train", [])
    assert (report.images, report.boxes) == (3, 3)
    assert report.notes == [
        "there is no val in it yet; export it to the same folder",
        "1 crowd left out",
    ]
    found = files(folder)
    data = found.pop("data.yaml")
    assert yaml.safe_load(data) == {"train": "images/train", "names": {0: "tench", 1: "apple"}}
    above = "../../../../../coco/train2017"
    assert found == {
        **{f"images/train/{key:012}.jpg": f"{above}/{key:012}.jpg" for key in (2, 4, 9)},
        "labels/train/000000000002.txt": (
            "1 0.378906 0.458333 0.632812 0.750000\n0 0.812500 0.812500 0.375000 0.375000\n"
        ),
        "labels/train/000000000004.txt": "",
        "labels/train/000000000009.txt": "0 0.378906 0.458333 0.632812 0.750000\n",
    }
    assert all((folder / name).is_file() for name in found)


def test_segments(index: Index, tmp_path: Path) -> None:
    index.exports.yolo(None, tmp_path / "out", segments=True)
    found = files(tmp_path / "out/labels/train")
    assert found["000000000002.txt"].splitlines()[0] == (
        "1 0.070312 0.083333 0.687500 0.083333 0.687500 0.833333"
    )
    corners = "0.062500 0.083333 0.695312 0.083333 0.695312 0.833333 0.062500 0.833333"
    assert found["000000000009.txt"] == f"0 {corners}\n"


def test_another_split_is_added_and_a_missing_image_is_named(index: Index, folder: Path) -> None:
    index.exports.yolo()
    report = index.exports.yolo(lvis_boxes("val"))
    assert (report.folder, report.split, report.notes) == (folder, "val", [])
    data = yaml.safe_load(text(folder / "data.yaml"))
    assert [*data] == ["train", "val", "names"]
    (problem,) = report.problems
    assert problem.describe() == "lvis: val2017/000000000006.jpg: No such file or directory"
    assert report.images == 1
    assert len([*folder.glob("images/*/*.jpg")]) == len([*folder.glob("labels/*/*.txt")]) == 4


def test_the_same_again_changes_nothing(index: Index, folder: Path) -> None:
    index.exports.yolo()
    before = {path: path.lstat().st_ino for path in folder.rglob("*.*") if path.suffix != ".yaml"}
    cache = folder / "labels/train.cache"
    cache.touch()
    assert index.exports.yolo().problems == []
    assert {path: path.lstat().st_ino for path in before} == before
    assert cache.exists()


def test_labels_that_change_take_the_cache_of_ultralytics_with_them(
    index: Index, folder: Path
) -> None:
    index.exports.yolo()
    cache = folder / "labels/train.cache"
    cache.touch()
    index.exports.yolo(segments=True)
    assert not cache.exists()


def test_a_stopped_export_goes_on(index: Index, folder: Path) -> None:
    index.exports.yolo()
    whole = files(folder)
    (folder / "images/train/000000000002.jpg").unlink()
    (folder / "labels/train/000000000002.txt").write_text("half")
    assert index.exports.yolo().problems == []
    assert files(folder) == whole


def test_what_is_left_of_more_images_is_a_problem(index: Index, folder: Path) -> None:
    index.exports.yolo()
    (problem,) = index.exports.yolo(BoxOptions(images=[9]), folder).problems
    assert problem.describe().startswith(f"{folder}/images/train: 4 files there or in {folder}/lab")


def test_links_are_absolute_outside_the_root(index: Index, tmp_path: Path) -> None:
    index.exports.yolo(None, tmp_path / "out")
    link = tmp_path / "out/images/train/000000000002.jpg"
    assert link.readlink().is_absolute()
    assert link.is_file()


def test_links_lead_there_from_a_folder_that_is_a_link(
    index: Index, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere/deeper").mkdir(parents=True)
    (index.root / "exports").symlink_to(tmp_path / "elsewhere/deeper")
    index.exports.yolo()
    assert all(path.is_file() for path in folder.rglob("*.jpg"))
    assert len([*folder.rglob("images/train/*.jpg")]) == 3


def put(name: str, content: str) -> Callable[[Path], object]:
    """Return what writes a file into a folder."""

    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)

    return write


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (put("labels/train/mine.txt", "0"), "holds images or labels, and they are not from an"),
        (put("data.yaml", "names: [a]"), "data.yaml: is not from an export; give another folder"),
        (put("data.yaml/x", ""), "data.yaml: Is a directory; give another folder"),
        (put("images", ""), "images/train: Not a directory; give another folder"),
    ],
)
def test_a_folder_of_something_else(
    index: Index, tmp_path: Path, prepare: Callable[[Path], object], message: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    prepare(folder)
    before = files(folder)
    with pytest.raises(OvmrIndexError, match=message):
        index.exports.yolo(None, folder)
    assert files(folder).items() >= before.items()


def test_a_folder_of_other_classes(index: Index, tmp_path: Path) -> None:
    index.exports.yolo(None, tmp_path)
    names = tmp_path / "names.txt"
    names.write_text("apple.n.01\n")
    index.vocabularies.add("mine", names)
    with pytest.raises(OvmrIndexError, match=r"data.yaml: names other classes; give another"):
        index.exports.yolo(BoxOptions(vocabulary="mine"), tmp_path)


def test_a_file_is_never_replaced_by_a_link(index: Index, folder: Path) -> None:
    index.exports.yolo()
    link = folder / "images/train/000000000002.jpg"
    link.unlink()
    link.write_bytes(b"mine")
    report = index.exports.yolo()
    assert "is a file, and no link; move it away" in report.problems[0].reason
    assert link.read_bytes() == b"mine"


def test_no_folder_of_images_is_written_to(index: Index) -> None:
    with pytest.raises(UsageError, match="among the images of lvis"):
        index.exports.yolo(None, index.root / "coco/train2017")
    with pytest.raises(MissingSourceError, match="imagenet21k is a tree of images"):
        index.exports.yolo(BoxOptions(source="imagenet21k", vocabulary="lvis_v1_train"))


def test_a_size_that_no_file_says_is_read_from_the_image(builder: TreeBuilder) -> None:
    content: dict[str, Any] = {
        "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
        "annotations": [annotation(1, 1, 1)],
        "categories": [{"id": 1, "name": "tench"}],
    }
    file = builder.json("mine.json", content)
    builder.pictures("mine/a.jpg", size=(128, 96))
    index = builder.index()
    index.ingest([coco_source(file, "mine", builder.root / "mine", None, NO_OPTIONS)])
    report = index.exports.yolo(BoxOptions(source="mine"), split="test")
    assert report.split == "test"
    labels = report.folder / "labels/test/a.txt"
    assert text(labels) == "0 0.189453 0.229167 0.316406 0.375000\n"
    assert [one.describe() for one in report.problems] == ["mine: b.jpg: No such file or directory"]


def test_each_image_has_a_name_of_its_own() -> None:
    names = FlatNames()
    paths = ["a/1.jpg", "b/1.jpg", "b/1.png", "b_1.jpg", "1.jpg", "c/x.y.jpg"]
    assert [*map(names.name, paths)] == [
        *("1.jpg", "b_1.jpg", "b_1_2.png", "b_1_3.jpg", "1_2.jpg", "x.y.jpg")
    ]


def test_an_image_in_a_tar_cannot_be_linked(tmp_path: Path) -> None:
    folder = YoloFolder(tmp_path / "out", "train", tmp_path)
    with pytest.raises(OSError, match=r"is in a\.tar; unpack it, and ingest the folder"):
        folder.target(TarMember("a.tar", "x.jpg", 512, 9))
