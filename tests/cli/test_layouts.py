"""ImageNet's layouts and releases on the command line: said, asked for, kept."""

import shutil
from pathlib import Path

import pytest

from ovmr_index.formats.imagenet_releases import release_of, wnids_of_lvis
from tests.support.runs import call
from tests.support.tars import tar_of, to_class_tars, to_tar_of_tars
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
    BASKET_WNID,
    STOP_SIGN,
    TENCH_WNID,
    TreeBuilder,
    category,
    picture,
)

TREE = {TENCH_WNID: ["a.JPEG"], APPLE_WNID: ["b.JPEG"]}


def _line(builder: TreeBuilder, *arguments: object) -> str:
    done = call("ingest", *arguments, root=builder.root)
    assert done.code == 0, done.err
    (line,) = [line for line in done.out.splitlines() if line.startswith("imagenet21k")]
    return line.partition(" (")[0]


def test_a_layout_that_was_asked_for_is_kept(builder: TreeBuilder) -> None:
    builder.index()
    root = builder.imagenet(TREE, flat=True).path
    builder.file(f"imagenet/{BASKET_WNID}.tar", tar_of({"c.JPEG": picture()}))
    known = "no known release"
    added = f"imagenet21k: files: 3 added; layout flat, 3 classes, {known}"
    assert _line(builder) == added
    tars = f"imagenet21k: files: 1 unchanged, 2 vanished, 2 left out; layout tars, 1 class, {known}"
    assert _line(builder, "imagenet", root, "--layout", "tars") == tars
    kept = f"imagenet21k: nothing has changed, 1 files, 2 left out; layout tars, 1 class, {known}"
    assert _line(builder) == kept
    assert _line(builder, "imagenet").startswith("imagenet21k: files: 2 added, 1 unchanged; layout")


def test_a_tar_by_its_path_is_read_again(builder: TreeBuilder, tmp_path: Path) -> None:
    builder.index()
    root = builder.imagenet(TREE, flat=True).path
    to_tar_of_tars(root)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("fall11_whole.tar", "winter21_whole.tar"):
        shutil.copy(root / "fall11_whole.tar", elsewhere / name)
    shutil.rmtree(root)
    first = _line(builder, "imagenet", elsewhere / "winter21_whole.tar")
    assert first.startswith("imagenet21k: files: 2 added; layout tar-of-tars, 2 classes")
    (builder.root / "imagenet/annotations").mkdir(parents=True)  # as an export makes it
    assert _line(builder).startswith(
        "imagenet21k: nothing has changed, 2 files; layout tar-of-tars"
    )
    shutil.rmtree(elsewhere)
    builder.lvis()
    done = call("ingest", root=builder.root)
    assert "imagenet21k" not in done.out
    assert f"not there: {elsewhere / 'winter21_whole.tar'}\n" in done.err
    gone = "imagenet21k: files: 2 vanished, 1 left out; layout flat"
    assert _line(builder, "imagenet").startswith(gone)


def test_a_prepared_tree_is_found_in_place_of_the_flat_one(builder: TreeBuilder) -> None:
    builder.index()
    root = builder.imagenet(TREE, flat=True).path
    assert "layout flat" in _line(builder)
    assert call("prepare", "imagenet", root, "--move").code == 0
    assert "files: 2 added, 2 vanished; layout 21k-p" in _line(builder)


def test_errors_are_one_line(builder: TreeBuilder) -> None:
    builder.index()
    root = builder.imagenet(TREE, flat=True).path
    to_class_tars(root)
    file = root / f"{TENCH_WNID}.tar"
    file.write_bytes(file.read_bytes()[:1_000])
    done = call("ingest", root=builder.root)
    assert done.code == 1
    assert f"{file}: is no tar, cut short or damaged (unexpected end of data); copy" in done.error
    wrong = call("ingest", "imagenet", "--layout", "zip", root=builder.root)
    assert wrong.code == 2
    assert call("ingest", "imagenet", root / "nothing", root=builder.root).code == 1


@pytest.mark.slow
def test_lost_categories_are_named(builder: TreeBuilder) -> None:
    index = builder.index()
    builder.lvis(categories=[category(1), category(2, APPLE), category(3, STOP_SIGN)])
    index.ingest()
    assert {TENCH_WNID, APPLE_WNID} & wnids_of_lvis() == {APPLE_WNID}
    assert index.pools.lost_categories() == []
    assert "lacks" not in call("coverage", root=builder.root).err
    builder.imagenet({TENCH_WNID: ["a.JPEG"]}, flat=True)
    index.ingest()
    assert index.pools.lost_categories() == [APPLE]
    note = "no image is here for 1 of the categories that ImageNet Fall 2011 has: apple.n.01\n"
    assert call("coverage", root=builder.root).err.startswith(note)
    builder.imagenet(TREE, flat=True)
    index.ingest()
    assert index.pools.lost_categories() == []
    status = call("status", root=builder.root)
    assert "imagenet21k: 2 classes, no known release\n" in status.out
    assert [source.release for source in index.status().sources] == [
        None,
        "2 classes, no known release",
    ]


@pytest.mark.parametrize(
    ("train", "small", "flat", "release"),
    [
        (11_221, 10_620, 0, "21,841 classes, ImageNet-21K-P of Fall 2011"),
        (11_221, 0, 0, "11,221 classes, ImageNet-21K-P of Fall 2011"),
        (10_450, 8_717, 0, "19,167 classes, ImageNet-21K-P of Winter 2021"),
        (0, 0, 21_841, "21,841 classes, ImageNet-21K, Fall 2011"),
        (0, 0, 19_167, "19,167 classes, ImageNet-21K, Winter 2021"),
        (1_000, 0, 0, "1,000 classes, ImageNet-1K"),
        (0, 0, 1_001, "1,001 classes, no known release"),
    ],
)
def test_releases_are_told_by_their_classes(
    train: int, small: int, flat: int, release: str
) -> None:
    folders = [f"train/n{i:08}" for i in range(train)]
    folders += [f"val/n{i:08}" for i in range(train)]
    folders += [f"imagenet21k_small_classes/n{i + train:08}" for i in range(small)]
    folders += [f"n{i:08}" for i in range(flat)]
    assert release_of(folders) == release
