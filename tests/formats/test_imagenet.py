"""ImageNet trees: which folders and files count, in which order, and what is said of others."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.errors import Issue, RecordError
from ovmr_index.formats.imagenet import ImageNetReader
from ovmr_index.formats.tree_records import FolderRecord
from tests.support.runs import call
from tests.support.tars import tar_of, zip_of
from tests.support.trees import APPLE_WNID, TENCH_WNID, TreeBuilder

SPLIT = "imagenet/imagenet21k_P/train"


def _names(reader: ImageNetReader) -> dict[str, list[str]]:
    return {folder.path: reader.names(folder) for folder in reader.folders()}


def test_the_three_folders(builder: TreeBuilder) -> None:
    spec = builder.imagenet(
        {
            f"val/{TENCH_WNID}": ["c.JPEG"],
            f"imagenet21k_small_classes/{APPLE_WNID}": ["d.JPEG"],
            f"train/{APPLE_WNID}": [],
            f"train/{TENCH_WNID}": ["b.JPEG", "a.JPEG"],
            f"elsewhere/{TENCH_WNID}": ["e.JPEG"],
        }
    )
    reader = ImageNetReader(spec.path)
    assert [folder[:3] for folder in reader.folders()] == [
        (f"train/{TENCH_WNID}", "train", TENCH_WNID),
        (f"train/{APPLE_WNID}", "train", APPLE_WNID),
        (f"val/{TENCH_WNID}", "val", TENCH_WNID),
        (f"imagenet21k_small_classes/{APPLE_WNID}", "imagenet21k_small_classes", APPLE_WNID),
    ]
    reader = ImageNetReader(spec.path)
    assert list(_names(reader).values()) == [["a.JPEG", "b.JPEG"], [], ["c.JPEG"], ["d.JPEG"]]
    assert [one.record for one in reader.problems] == ["elsewhere", f"train/{APPLE_WNID}/"]


def test_a_flat_tree(builder: TreeBuilder) -> None:
    spec = builder.imagenet({TENCH_WNID: ["a.JPEG"], "annotations": [], "other": []}, flat=True)
    reader = ImageNetReader(spec.path)
    assert [folder[:3] for folder in reader.folders()] == [(TENCH_WNID, None, TENCH_WNID)]
    assert [problem.record for problem in reader.problems] == ["other"]


def test_names_are_sorted_code_point_by_code_point(builder: TreeBuilder) -> None:
    names = ["a.JPEG", "Z.JPEG", "é.JPEG", "n_10.JPEG", "n_9.JPEG", "漢.JPEG", "\U0001f41f.JPEG"]
    spec = builder.imagenet({f"train/{TENCH_WNID}": names})
    found = _names(ImageNetReader(spec.path))[f"train/{TENCH_WNID}"]
    assert found == sorted(names)
    assert found[:2] == ["Z.JPEG", "a.JPEG"]


@given(names=st.sets(st.sampled_from([f"{stem}.JPEG" for stem in "aAbBzZ019_é漢"])))
def test_the_order_does_not_depend_on_the_folder(
    tmp_path_factory: pytest.TempPathFactory, names: set[str]
) -> None:
    root = tmp_path_factory.mktemp("shuffled")
    (root / TENCH_WNID).mkdir()
    for name in names:
        (root / TENCH_WNID / name).touch()
    assert _names(ImageNetReader(root)) == {TENCH_WNID: sorted(names)}


def test_images_are_known_by_their_suffix(builder: TreeBuilder) -> None:
    kept = ["a.JPEG", "b.jpeg", "c.jpg", "d.png", "e.JPG", "f.Jpeg", "g.PNG", "h.webp", "i.bmp"]
    passed_over = [".DS_Store", "Thumbs.db", "notes.txt", "labels.XML"]
    dropped = ["k.JPEG.part", "l.heic", "m.zip"]
    spec = builder.imagenet({f"train/{TENCH_WNID}": kept + passed_over + dropped})
    reader = ImageNetReader(spec.path)
    assert _names(reader) == {f"train/{TENCH_WNID}": kept}
    assert sorted(reader.problems) == [
        Issue(
            file=str(spec.path),
            record=f"train/{TENCH_WNID}/{name}",
            reason=f"{Path(name).suffix} is no image that is read here",
        )
        for name in dropped
    ]


def test_a_folder_of_images_in_each_class_folder(builder: TreeBuilder) -> None:
    spec = builder.imagenet(
        {
            f"train/{TENCH_WNID}/images": ["b.JPEG", "a.JPEG"],
            f"train/{TENCH_WNID}/other": ["c.JPEG"],
            f"train/{APPLE_WNID}": ["d.JPEG"],
            "val/images": ["val_0.JPEG"],
        }
    )
    builder.file(f"{SPLIT}/{TENCH_WNID}/{TENCH_WNID}_boxes.txt", b"a.JPEG 0 0 1 1")
    reader = ImageNetReader(spec.path)
    assert reader.layout == "1k"
    assert _names(reader) == {
        f"train/{TENCH_WNID}": [],
        f"train/{TENCH_WNID}/images": ["a.JPEG", "b.JPEG"],
        f"train/{APPLE_WNID}": ["d.JPEG"],
    }
    assert {folder.wnid for folder in reader.folders()} == {TENCH_WNID, APPLE_WNID}
    reasons = {problem.record: problem.reason for problem in reader.problems}
    assert reasons == {
        f"train/{TENCH_WNID}/other": "is a folder within a class folder",
        "val/images": "the folder's name is no wnid",
    }


def test_files_that_are_called_as_class_folders_are_named(builder: TreeBuilder) -> None:
    spec = builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"], "train/.cache": ["b.JPEG"]})
    builder.file(f"{SPLIT}/{APPLE_WNID}", b"no folder")
    builder.file(f"{SPLIT}/notes.txt", b"")
    (builder.root / SPLIT / "n00000001").symlink_to("nowhere")
    reader = ImageNetReader(spec.path)
    assert list(_names(reader)) == [f"train/{TENCH_WNID}"]
    assert [(one.record, one.reason) for one in reader.problems] == [
        ("train/n00000001", "is a link that leads nowhere (No such file or directory)"),
        (f"train/{APPLE_WNID}", "is called as a folder of images, and is a file"),
    ]


@pytest.mark.parametrize("name", ["tench", "n1440764", "n014407640", "N01440764", "n0144076é"])
def test_a_folder_that_is_no_wnid_is_reported(builder: TreeBuilder, name: str) -> None:
    spec = builder.imagenet({f"train/{name}": ["a.JPEG"], f"train/{TENCH_WNID}": ["b.JPEG"]})
    reader = ImageNetReader(spec.path)
    assert list(_names(reader)) == [f"train/{TENCH_WNID}"]
    rename = f"; rename it to {TENCH_WNID}" if name[0] == "N" else ""
    reason = f"the folder's name is no wnid{rename}"
    assert reader.problems == [Issue(file=str(spec.path), record=f"train/{name}", reason=reason)]


def test_names_that_are_no_utf_8_are_reported(builder: TreeBuilder) -> None:
    spec = builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
    for name in (b"n\xff", TENCH_WNID.encode() + b"/b\xff.JPEG"):
        path = os.fsencode(builder.root / SPLIT) + b"/" + name
        Path(os.fsdecode(path)).mkdir()
    reader = ImageNetReader(spec.path)
    assert _names(reader) == {f"train/{TENCH_WNID}": ["a.JPEG"]}
    assert sorted(problem.record for problem in reader.problems) == [
        f"train/{TENCH_WNID}/b\\xff.JPEG",
        "train/n\\xff",
    ]


def test_linked_folders_are_followed(builder: TreeBuilder, tmp_path: Path) -> None:
    spec = builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.JPEG").touch()
    (builder.root / SPLIT / APPLE_WNID).symlink_to(tmp_path / "elsewhere")
    (tmp_path / "linked").symlink_to(spec.path)
    expected = {f"train/{TENCH_WNID}": ["a.JPEG"], f"train/{APPLE_WNID}": ["b.JPEG"]}
    assert _names(ImageNetReader(tmp_path / "linked")) == expected


def test_a_time_counts_only_when_it_is_settled(builder: TreeBuilder) -> None:
    spec = builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"], f"train/{APPLE_WNID}": []})
    settled, fresh = ImageNetReader(spec.path).folders()
    status = (builder.root / SPLIT / TENCH_WNID).stat()
    assert settled.mtime_ns == status.st_mtime_ns
    assert fresh.mtime_ns is None


def test_what_cannot_be_listed_is_an_error(builder: TreeBuilder) -> None:
    spec = builder.imagenet({f"train/{TENCH_WNID}": []})
    builder.file("file", b"")
    gone = FolderRecord(f"train/{APPLE_WNID}", "train", APPLE_WNID, None)
    with pytest.raises(RecordError, match=f"train/{APPLE_WNID}: No such file or directory; check"):
        ImageNetReader(spec.path).names(gone)
    with pytest.raises(RecordError, match="file: Not a directory; check the folder"):
        list(ImageNetReader(builder.root / "file").folders())


@pytest.mark.parametrize("split", ["", "train/"])
def test_an_archive_that_is_none_says_what_it_is(builder: TreeBuilder, split: str) -> None:
    folder = builder.file(f"tree/{split}n00007846.tar", tar_of({"a.JPEG": b"a"})).parent
    (folder / f"{TENCH_WNID}.tar").symlink_to("gone.tar")
    (folder / f"{APPLE_WNID}.tar").symlink_to(f"{APPLE_WNID}.tar")
    os.mkfifo(folder / "n00001930.zip")
    reader = ImageNetReader(builder.root / "tree")
    assert [one.path for one in reader.archives()] == [f"{split}n00007846.tar"]
    assert {Path(one.record).name: one.reason for one in reader.problems} == {
        "n00001930.zip": "is a pipe, a socket or a device, and no plain file",
        f"{TENCH_WNID}.tar": "is a link that leads nowhere (No such file or directory)",
        f"{APPLE_WNID}.tar": "is a link that leads nowhere (Too many levels of symbolic links)",
    }


@pytest.mark.parametrize("suffix", [".tar", ".zip"])
def test_the_archive_of_a_class_by_itself_says_to_give_its_folder(
    builder: TreeBuilder, suffix: str
) -> None:
    pack = zip_of if suffix == ".zip" else tar_of
    file = builder.file(f"my tree/{TENCH_WNID}{suffix}", pack({"a.JPEG": b"a", "b.JPEG": b"b"}))
    done = call("ingest", "imagenet", file, root=builder.root)
    assert "images in no class folder, and so without a label: 2" in done.err
    assert f"its folder is given: run `ovmr-index ingest imagenet '{file.parent}'`" in done.err
    done = call("ingest", "imagenet", file.parent, "--json", root=builder.root)
    assert (done.code, done.data["sources"][0]["added"]) == (0, 2)
