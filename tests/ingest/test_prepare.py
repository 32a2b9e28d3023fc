"""`prepare imagenet`: the published split, by linking or moving; stopped anywhere, it goes on."""

import os
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from ovmr_index.errors import OvmrIndexError
from ovmr_index.formats.imagenet import ImageNetReader
from ovmr_index.ingest import prepare
from ovmr_index.ingest.prepare import prepare_imagenet
from tests.support.runs import call
from tests.support.tars import images_in, tar_of
from tests.support.trees import APPLE_WNID, BASKET_WNID, TENCH_WNID
from tests.support.warm import warm_start

pytestmark = pytest.mark.slow

PUBLISHED = {APPLE_WNID: 500, BASKET_WNID: 501, TENCH_WNID: 3}
COUNTS = {APPLE_WNID: 20, BASKET_WNID: 21, TENCH_WNID: 3}
SMALL = "imagenet21k_small_classes"


def _name(wnid: str, i: int) -> str:
    return f"{wnid}_{i}.JPEG"


def _flat(root: Path, counts: Mapping[str, int]) -> Path:
    """Write a flat tree with classes on both sides of the border; each file has its own text."""
    for wnid, count in counts.items():
        (root / wnid).mkdir(parents=True)
        for i in range(count):
            (root / wnid / _name(wnid, i)).write_text(_name(wnid, i))
    (root / TENCH_WNID / "notes.txt").touch()
    return root


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Return a flat tree whose border is the published one."""
    return _flat(tmp_path / "imagenet", PUBLISHED)


@pytest.fixture
def flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a flat tree that is quicker to write: the border lies by twenty images."""
    monkeypatch.setattr(prepare, "SMALL_CLASS", 20)
    monkeypatch.setattr(prepare, "VAL", 5)
    return _flat(tmp_path / "imagenet", COUNTS)


def _tree(output: Path) -> dict[str, str]:
    """Return what each prepared image holds, by path."""
    return {
        path.relative_to(output).as_posix(): path.read_text()
        for path in sorted(output.rglob("*.JPEG"))
    }


def _expected(counts: Mapping[str, int] = COUNTS, small: int = 20, val: int = 5) -> dict[str, str]:
    """Return what the rule gives, written down once more."""
    found = {}
    for wnid, count in counts.items():
        names = sorted(_name(wnid, i) for i in range(count))
        for i, name in enumerate(names):
            split = SMALL if count <= small else "val" if i < val else "train"
            found[f"{split}/{wnid}/{name}"] = name
    return found


@pytest.mark.parametrize("move", [False, True], ids=["link", "move"])
def test_the_published_split(published: Path, move: bool) -> None:
    expected = _expected(PUBLISHED, 500, 50)
    report = prepare_imagenet(published, move=move)
    output = published / "imagenet21k_P"
    assert _tree(output) == expected
    assert (report.classes, report.small_classes, report.kept) == (3, 2, 0)
    assert report.placed == {"train": 451, "val": 50, SMALL: 503}
    assert report.problems == []
    left = {path.name for path in published.rglob("*.JPEG") if output not in path.parents}
    assert len(left) == (0 if move else 1_004)
    assert (published / TENCH_WNID / "notes.txt").exists()
    assert (published / BASKET_WNID).exists() is not move
    again = prepare_imagenet(published, move=move)
    assert (again.placed, again.kept) == (dict.fromkeys(report.placed, 0), 1_004)
    assert again.classes == 3
    assert _tree(output) == expected
    reader = ImageNetReader(output)
    assert len([name for folder in reader.folders() for name in reader.names(folder)]) == 1_004
    assert reader.problems == []


def test_links_and_moves_go_on_with_each_other(flat: Path, tmp_path: Path) -> None:
    output = tmp_path / "elsewhere"
    prepare_imagenet(flat, output)
    report = prepare_imagenet(flat, output, move=True)
    assert report.kept == 44
    assert _tree(output) == _expected()
    assert not (flat / BASKET_WNID).exists()


@pytest.mark.parametrize("move", [False, True], ids=["link", "move"])
def test_a_stop_in_the_middle_changes_nothing(flat: Path, move: bool) -> None:
    names = [path for wnid in COUNTS for path in sorted((flat / wnid).glob("*.JPEG"))]
    output = flat / "imagenet21k_P"
    expected = _expected()
    specs = {Path(spec).name: spec for spec in expected}
    for path in [*names[15:30], *names[:5]]:  # as a run that was stopped has left them
        target = output / specs[path.name]
        target.parent.mkdir(parents=True, exist_ok=True)
        (os.rename if move else os.link)(path, target)
    report = prepare_imagenet(flat, move=move)
    assert _tree(output) == expected
    assert report.kept == 20
    assert sum(report.placed.values()) == 44 - 20


@pytest.mark.slow
def test_a_killed_run_goes_on(published: Path) -> None:
    for i in range(4):
        shutil.copytree(published / BASKET_WNID, published / f"n9999{i:04}")
    once = published.with_name("once")
    prepare_imagenet(published, once)
    with warm_start().start("--quiet", "prepare", "imagenet", published, "--move") as process:
        while not (published / "imagenet21k_P" / "train").exists() and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert call("--quiet", "prepare", "imagenet", published, "--move").code == 0
    assert _tree(published / "imagenet21k_P") == _tree(once)


def test_nothing_is_written_over(flat: Path) -> None:
    target = flat / "imagenet21k_P" / SMALL / TENCH_WNID / _name(TENCH_WNID, 1)
    target.parent.mkdir(parents=True)
    target.write_text("mine")
    report = prepare_imagenet(flat, move=True)
    assert target.read_text() == "mine"
    assert (flat / TENCH_WNID / target.name).read_text() == target.name
    assert report.placed[SMALL] == 22
    (problem,) = report.problems
    assert problem.reason == (
        f"{target}: another file of this name is there already, and is not overwritten"
    )


def test_a_class_that_has_grown_is_left_alone(flat: Path) -> None:
    prepare_imagenet(flat)
    before = _tree(flat / "imagenet21k_P")
    (flat / APPLE_WNID / "more.JPEG").touch()
    report = prepare_imagenet(flat)
    assert _tree(flat / "imagenet21k_P") == before
    (problem,) = report.problems
    assert problem.record == f"{SMALL}/{APPLE_WNID}"
    assert problem.reason.startswith("20 images are in the wrong folder")


def test_what_is_no_flat_tree(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    with pytest.raises(OvmrIndexError, match="holds no class folder n01234567; unpack tars first"):
        prepare_imagenet(tmp_path)
    with pytest.raises(OvmrIndexError, match="nothing: No such file or directory"):
        prepare_imagenet(tmp_path / "nothing")


def test_the_command_says_what_it_did(flat: Path) -> None:
    (flat / "other").mkdir()
    done = call("prepare", "imagenet", flat)
    assert done.code == 1
    assert done.err == f"{flat}: other: the folder's name is no wnid\n"
    assert done.out == (
        "classes: 1 for train and val, 2 small ones\n"
        "linked: 16 to train, 5 to val, 23 to imagenet21k_small_classes; 0 were there\n"
    )
    (flat / "other").rmdir()
    again = call("prepare", "imagenet", flat, "--json")
    assert again.code == 0
    assert again.data == {
        "classes": 3,
        "small_classes": 2,
        "placed": {"train": 0, "val": 0, SMALL: 0},
        "kept": 44,
        "problems": [],
    }


@pytest.mark.parametrize("move", [False, True], ids=["link", "move"])
def test_images_of_every_suffix_and_in_a_folder_of_their_own(tmp_path: Path, move: bool) -> None:
    flat = tmp_path / "imagenet"
    (flat / TENCH_WNID / "images").mkdir(parents=True)
    (flat / APPLE_WNID).mkdir()
    for name in ("a.JPEG", "b.JPG", "images/c.webp", "images/d.JPEG", "images/a.JPEG", "e.heic"):
        (flat / TENCH_WNID / name).write_text(name)
    (flat / TENCH_WNID / "boxes.txt").touch()
    (flat / TENCH_WNID / "inside.JPEG").symlink_to("images/d.JPEG")
    (tmp_path / "secret").touch()
    (flat / TENCH_WNID / "outside.JPEG").symlink_to(tmp_path / "secret")
    os.mkfifo(flat / TENCH_WNID / "pipe.JPEG")
    report = prepare_imagenet(flat, move=move)
    output = flat / "imagenet21k_P" / SMALL / TENCH_WNID
    assert {path.name: path.read_text() for path in output.iterdir()} == {
        "a.JPEG": "a.JPEG",
        "b.JPG": "b.JPG",
        "c.webp": "images/c.webp",
        "d.JPEG": "images/d.JPEG",
        "inside.JPEG": "images/d.JPEG",
    }
    left = {Path(one.record or one.file).name for one in report.problems}
    assert left == {"a.JPEG", "e.heic", "outside.JPEG", "pipe.JPEG"}
    again = prepare_imagenet(flat, move=move)
    assert (sum(again.placed.values()), again.kept) == (0, 4 if move else 5)


@pytest.mark.parametrize("move", [False, True], ids=["link", "move"])
def test_a_class_that_is_half_unpacked_is_left_as_it_is(flat: Path, move: bool) -> None:
    for wnid in (BASKET_WNID, TENCH_WNID):
        (flat / f"{wnid}.tar").write_bytes(tar_of(images_in(flat / wnid)))
    for i in range(16):
        (flat / BASKET_WNID / _name(BASKET_WNID, i)).unlink()
    report = prepare_imagenet(flat, move=move)
    prepared = {path.split("/")[1] for path in _tree(flat / "imagenet21k_P")}
    assert prepared == {APPLE_WNID, TENCH_WNID}
    assert len(list((flat / BASKET_WNID).iterdir())) == 5
    (problem,) = report.problems
    assert (problem.record, problem.reason[:40]) == (
        BASKET_WNID,
        "is left as it is: the archive beside it ",
    )
    assert report.classes == 2


def test_an_output_in_a_class_folder_is_refused(flat: Path) -> None:
    before = sorted(flat.rglob("*"))
    for output in (flat / TENCH_WNID, flat / "other" / ".." / TENCH_WNID / "out"):
        with pytest.raises(OvmrIndexError, match=f"is in the folder of class {TENCH_WNID}; give"):
            prepare_imagenet(flat, output)
    assert sorted(flat.rglob("*")) == before


def test_a_class_folder_that_is_a_link_is_moved_out_of(flat: Path, tmp_path: Path) -> None:
    (flat / APPLE_WNID).rename(tmp_path / "elsewhere")
    (flat / APPLE_WNID).symlink_to(tmp_path / "elsewhere")
    report = prepare_imagenet(flat, move=True)
    assert _tree(flat / "imagenet21k_P") == _expected()
    assert (report.classes, report.problems) == (3, [])


def test_a_class_without_an_image_is_not_counted(flat: Path) -> None:
    (flat / "n00000001").mkdir()
    report = prepare_imagenet(flat)
    assert (report.classes, report.small_classes) == (3, 2)


def test_a_flat_tree_that_was_prepared_is_said_to_be_read_elsewhere(
    published: Path, empty_index: Path
) -> None:
    root = published.parent
    shutil.copyfile(empty_index, root / "ovmr.db")
    assert call("ingest", root=root).code == 0
    prepare_imagenet(published)
    done = call("ingest", root=root)
    assert done.code == 1
    place = f"{published / 'imagenet21k_P'} is read now, in the place of {published}; nothing"
    assert f"imagenet21k: 1,004 of 1,004 files would vanish: {place}" in done.err
    assert call("ingest", "--allow-vanished", root=root).code == 0
