"""`export webdataset`: what is in the shards, and how a run goes on."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ovmr_index import CropShape, Index, WebDatasetOptions
from ovmr_index.errors import OvmrIndexError, ProtectedPathError, UsageError
from ovmr_index.export.crop_records import CropRecord
from tests.support.copied_tree import copied_tree
from tests.support.small_samples import PNG, small_index
from tests.support.trees import picture

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index with the sample `three`: read only."""
    return small_index(tmp_path_factory.mktemp("sampled") / "datasets", empty_index)


SMALL = WebDatasetOptions(shard_size=4)


def _members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path, "r:") as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def _records(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(content)
        for path in sorted(folder.glob("*.tar"))
        for name, content in _members(path).items()
        if name.endswith(".json")
    ]


def test_shards_hold_samples_in_order(index: Index, tmp_path: Path) -> None:
    folder, images = index.exports.webdataset("three", tmp_path / "out", options=SMALL)
    assert (images.written, images.kept, images.problems) == (9, 0, [])
    shards = sorted(path.name for path in folder.iterdir())
    assert shards == [".ovmr-shards", *(f"three-{i:06}.tar" for i in range(3))]
    names = [name for shard in shards[1:] for name in _members(folder / shard)]
    assert names == [f"{i:08}.{end}" for i in range(9) for end in ("jpg", "json", "cls")]
    records = _records(folder)
    assert [tuple(one) for one in records] == [CropRecord._fields] * 9
    assert [one["file_name"] for one in records] == [f"{i:08}.jpg" for i in range(9)]
    assert [one["label"] for one in records] == [0, 0, 0, 1, 1, 1, 4, 4, 4]
    assert _members(folder / shards[-1])["00000008.cls"] == b"4"


def test_nothing_in_a_record_is_null(index: Index, tmp_path: Path) -> None:
    records = _records(index.exports.webdataset("three", tmp_path / "out").folder)
    assert not any(value is None for one in records for value in one.values())
    whole = records[3]
    assert (whole["image_id"], whole["region_id"], whole["image_licence"]) == (-1, -1, "")
    assert whole["bbox"] == [0.0, 0.0, 64.0, 48.0]
    assert len({tuple(map(type, one.values())) for one in records}) == 1


def test_headers_say_nothing_of_the_machine(index: Index, tmp_path: Path) -> None:
    folder = index.exports.webdataset("three", tmp_path / "a", options=SMALL).folder
    again = index.exports.webdataset("three", tmp_path / "b", options=SMALL).folder
    for path in folder.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()
    with tarfile.open(folder / "three-000000.tar") as tar:
        for one in tar:
            assert (one.mtime, one.uid, one.gid, one.uname, one.gname) == (0, 0, 0, "", "")
            assert one.mode == 0o644


def test_whole_images_are_the_files_themselves(index: Index, tmp_path: Path) -> None:
    options = WebDatasetOptions(images="whole")
    folder = index.exports.webdataset("three", tmp_path / "out", options=options).folder
    members = _members(folder / "three-000000.tar")
    images = [content for name, content in members.items() if name.endswith("jpg")]
    assert images.count(PNG) == 1
    assert images.count(picture()) == 8


def test_crops_have_a_shape(index: Index, tmp_path: Path) -> None:
    options = WebDatasetOptions(shape=CropShape(square=True, size=20))
    folder = index.exports.webdataset("three", tmp_path / "out", options=options).folder
    with tarfile.open(folder / "three-000000.tar") as tar:
        for one in tar:
            if one.name.endswith(".jpg"):
                with Image.open(tar.extractfile(one)) as crop:  # type: ignore[arg-type]
                    assert (crop.size, crop.format) == ((20, 20), "JPEG")


def test_a_run_goes_on_after_a_stop(index: Index, tmp_path: Path) -> None:
    folder = index.exports.webdataset("three", tmp_path / "out", options=SMALL).folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "three-000001.tar").unlink()
    (folder / "three-000002.tar").write_bytes(before["three-000002.tar"][:512])
    (folder / ".three-000001.tar.00000000-1-0-0.partial").write_bytes(b"")  # what a stop leaves
    images = index.exports.webdataset("three", folder, options=SMALL).images
    assert (images.written, images.kept) == (5, 4)
    there = {path.name: path.read_bytes() for path in folder.glob("*.tar")}
    assert there == {name: one for name, one in before.items() if name.endswith(".tar")}
    assert index.exports.webdataset("three", folder, options=SMALL).images[:2] == (0, 9)


def test_a_changed_image_is_written_again(index: Index, tmp_path: Path) -> None:
    index = Index.open(copied_tree(index.root, tmp_path / "datasets"))
    folder = index.exports.webdataset("three", tmp_path / "out", options=SMALL).folder
    path = index.root / "VisualGenome/VG_100K/50.jpg"
    path.write_bytes(path.read_bytes() + b"\0")
    assert index.exports.webdataset("three", folder, options=SMALL).images[:2] == (9, 0)
    path.unlink()
    images = index.exports.webdataset("three", folder, options=SMALL).images
    assert (images.written, images.kept, len(images.problems)) == (0, 5, 4)
    assert {(one.file, one.reason) for one in images.problems} == {
        ("VG_100K/50.jpg", "No such file or directory")
    }
    assert len(_records(folder)) == 9  # a whole shard is not replaced by a part of one
    other = index.exports.webdataset("three", tmp_path / "other", options=SMALL)
    assert (other.images.written, other.images.problems) == (5, images.problems)
    again = index.exports.webdataset("three", other.folder, options=SMALL).images
    assert again.problems == images.problems  # they are said each time
    assert len(_records(other.folder)) == 5


def test_images_that_cannot_be_decoded_are_named(index: Index, tmp_path: Path) -> None:
    index = Index.open(copied_tree(index.root, tmp_path / "datasets"))
    path = index.root / "coco/train2017/000000000007.jpg"
    path.write_bytes(path.read_bytes()[:-40])
    for images in ("crops", "whole"):
        options = WebDatasetOptions(images=images)
        report = index.exports.webdataset("three", tmp_path / images, options=options).images
        assert report.written == 8
        assert [one.file for one in report.problems] == ["train2017/000000000007.jpg"]


@pytest.mark.parametrize("line", [b"{\n", b"[1]\n", b"3\n", b"\xff\n"])
def test_a_damaged_mark_is_named(index: Index, tmp_path: Path, line: bytes) -> None:
    folder = index.exports.webdataset("three", tmp_path).folder
    with (folder / ".ovmr-shards").open("ab") as mark:
        mark.write(line)
    with pytest.raises(OvmrIndexError, match=r"\.ovmr-shards: is damaged; delete it"):
        index.exports.webdataset("three", folder)


def test_what_is_refused(index: Index, tmp_path: Path) -> None:
    folder = index.exports.webdataset("three", tmp_path / "out", options=SMALL).folder
    with pytest.raises(OvmrIndexError, match="holds shards of another sample or of other options"):
        index.exports.webdataset("three", folder)
    with pytest.raises(ProtectedPathError, match="among the images of visual_genome"):
        index.exports.webdataset("three", index.root / "VisualGenome/VG_100K")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/three-000000.tar").write_bytes(b"mine")
    with pytest.raises(OvmrIndexError, match="is there already, and not from an export of shards"):
        index.exports.webdataset("three", tmp_path / "mine")
    assert (tmp_path / "mine/three-000000.tar").read_bytes() == b"mine"
    with pytest.raises(OvmrIndexError, match="Not a directory"):
        index.exports.webdataset("three", tmp_path / "mine/three-000000.tar")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"images": "half"}, "images= is half; give 'crops' or 'whole'"),
        ({"shard_size": 0}, "shard_size= is 0; give 1 or more"),
        ({"images": "whole", "shape": CropShape(size=9)}, "files are written as they are"),
    ],
)
def test_options_that_are_none(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        WebDatasetOptions(**options)
