"""A second annotation file: what it takes the place of is said, and each advice can be followed."""

import re
import shlex
from pathlib import Path

import pytest

from tests.support.contents import rows_of
from tests.support.runs import Run, call
from tests.support.trees import TENCH_WNID, Json, TreeBuilder, picture

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("with_index")]

_COMMAND = re.compile(r"`ovmr-index (ingest [^`]+)`")


def _file(builder: TreeBuilder, path: str, *names: str, start: int = 1) -> Path:
    """Write a file in COCO's format with a box on each of some images."""
    boxes: list[Json] = []
    images: list[Json] = []
    for key, name in enumerate(names, start):
        images.append({"id": key, "file_name": name, "width": 200, "height": 100})
        box = {"id": key, "image_id": key, "category_id": 1, "bbox": [9, 9, 90, 80], "area": 7200}
        boxes.append(box)
    categories = [{"id": 1, "name": "mug", "synset": "mug.n.04"}]
    return builder.json(path, {"images": images, "annotations": boxes, "categories": categories})


def _exporter(builder: TreeBuilder, *splits: str) -> dict[str, Path]:
    """Write a folder a split with its annotations and images, as exporters make them."""
    files = {}
    for split in splits:
        builder.file(f"export/{split}/{split}_1.jpg", picture((200, 100)))
        files[split] = _file(builder, f"export/{split}/_annotations.coco.json", f"{split}_1.jpg")
    return files


def _ingest(builder: TreeBuilder, file: Path, *more: object, name: str = "mine") -> Run:
    return call("ingest", "coco", file, "--name", name, *more, root=builder.root)


def _follow(builder: TreeBuilder, commands: list[str]) -> None:
    for command in commands:
        done = call(*shlex.split(command), root=builder.root)
        assert done.code == 0, done.err


def _held(builder: TreeBuilder) -> list[tuple[str, str]]:
    """Return (source, file name) of the images, each of which is on the disk."""
    query = "SELECT source, file_name, path FROM image_files ORDER BY source, file_name"
    rows = rows_of(builder.index(), query)
    assert all((builder.root / path).is_file() for *_, path in rows)
    return [(source, name) for source, name, _ in rows]


def test_another_file_under_a_name_is_said_and_can_be_added(builder: TreeBuilder) -> None:
    for name in "abcxyz":
        builder.file(f"img/{name}.jpg", picture((200, 100)))
    first = _file(builder, "ann.json", "a.jpg", "b.jpg", "c.jpg")
    other = _file(builder, "other.json", "x.jpg", "y.jpg", "z.jpg")
    images = ("--images", builder.root / "img")
    _ingest(builder, first, *images)
    done = _ingest(builder, other, *images)
    assert done.code == 0
    assert f"{other} is another file than {first}, and takes its place" in done.err
    assert "3 of 3 images of that are gone" in done.err
    _follow(builder, _COMMAND.findall(done.err))
    held = [("mine", f"{name}.jpg") for name in "abc"]
    assert _held(builder) == held + [("mine_2", f"{name}.jpg") for name in "xyz"]


def test_the_options_of_both_files_are_in_the_advice(builder: TreeBuilder) -> None:
    builder.file("img/in/a.jpg", picture((200, 100)))
    builder.file("img/in/b.jpg", picture((200, 100)))
    images = ("--images", builder.root / "img", "--strip", 1, "--below", "in", "--by-name")
    _ingest(builder, _file(builder, "ann 1.json", "old/a.jpg"), *images)
    done = _ingest(builder, _file(builder, "ann 2.json", "old/b.jpg"), *images)
    _follow(builder, _COMMAND.findall(done.err))
    assert _held(builder) == [("mine", "in/a.jpg"), ("mine_2", "in/b.jpg")]


def test_masses_are_not_replaced_by_another_file(builder: TreeBuilder) -> None:
    first = _file(builder, "ann.json", *(f"a{number}.jpg" for number in range(150)))
    other = _file(builder, "other.json", *(f"b{number}.jpg" for number in range(150)))
    images = ("--images", builder.root)
    _ingest(builder, first, *images)
    done = _ingest(builder, other, *images)
    assert done.code == 1
    assert "150 of 150 images would vanish" in done.err
    assert f"{other} is another file" in done.err
    assert "to have both, give this one another name" in done.err
    assert _ingest(builder, other, *images, "--allow-vanished").code == 0


@pytest.mark.parametrize("names", [["a.jpg", "b.jpg", "c.jpg"], ["a.jpg", "b.jpg", "c.jpg", "d"]])
def test_a_file_that_moved_says_nothing_and_one_that_grew_that_it_is_another(
    builder: TreeBuilder, names: list[str]
) -> None:
    images = ("--images", builder.root)
    _ingest(builder, _file(builder, "ann.json", "a.jpg", "b.jpg", "c.jpg"), *images)
    done = _ingest(builder, _file(builder, "elsewhere/new.json", *names), *images)
    assert done.code == 0
    said = "new.json is another file than" in done.err, "takes its place\n" in done.err
    assert said == (len(names) == 4,) * 2


def test_images_below_another_folder_are_said(builder: TreeBuilder) -> None:
    file = _file(builder, "ann.json", "a.jpg")
    for folder in ("one", "two"):
        builder.file(f"{folder}/a.jpg", picture((200, 100)))
    assert "its images" not in _ingest(builder, file, "--images", builder.root / "one").err
    done = _ingest(builder, file, "--images", builder.root / "two")
    assert done.code == 0
    assert (
        f"mine: its images are those below {builder.root / 'two'}, and no more those below"
        f" {builder.root / 'one'}; to have both, give one another --name\n"
    ) in done.err
    assert "its images" not in _ingest(builder, file, "--images", builder.root / "two").err


def test_another_folder_under_one_name_is_said(builder: TreeBuilder) -> None:
    for path in ("one/mug/1.jpg", "two/mug/1.jpg", "two/cup/2.jpg"):
        builder.file(path, picture((200, 100)))
    given = ("ingest", "folder")
    assert call(*given, builder.root / "one", "--name", "mine", root=builder.root).code == 0
    done = call(*given, builder.root / "two", "--name", "mine", root=builder.root)
    assert (done.code, "mine: its images are those below" in done.err) == (0, True)
    tree = builder.imagenet({TENCH_WNID: ["a.JPEG"]}, flat=True).path
    assert call("ingest", "imagenet", tree, root=builder.root).code == 0
    other = tree.rename(builder.root / "elsewhere")
    done = call("ingest", "imagenet", other, root=builder.root)
    assert (done.code, done.err) == (
        0,
        f"imagenet21k: its images are those below {other}, and no more those below {tree}\n",
    )


@pytest.mark.exhaustive(but=["split1"])
@pytest.mark.parametrize("split", [(), ("--split", "train")])
def test_a_folder_and_a_file_never_share_a_name(
    builder: TreeBuilder, split: tuple[str, ...]
) -> None:
    builder.file("img/mug/1.jpg", picture((200, 100)))
    file, root = _file(builder, "ann.json", "mug/1.jpg"), builder.root / "img"
    folder = ("ingest", "folder", root, "--name")
    assert call(*folder, "first", root=builder.root).code == 0
    assert _ingest(builder, file, "--images", root, *split, name="second").code == 0
    for done in (
        _ingest(builder, file, "--images", root, *split, name="first"),
        call(*folder, "second", root=builder.root),
    ):
        assert done.code == 2
        assert "give another name" in done.err


def _images_of(file: Path) -> tuple[str, Path]:
    return "--images", file.parent


@pytest.mark.exhaustive(but=["None-one folder", "train-another name"])
@pytest.mark.parametrize("advice", ["one folder", "another name"])
@pytest.mark.parametrize("first_split", [None, "train"])
def test_a_second_split_in_a_folder_beside_the_first(
    builder: TreeBuilder, advice: str, first_split: str | None
) -> None:
    train, valid = _exporter(builder, "train", "valid").values()
    split = [] if first_split is None else ["--split", first_split]
    assert _ingest(builder, train, *_images_of(train), *split).code == 0
    refused = _ingest(builder, valid, *_images_of(valid), "--split", "valid")
    assert refused.code == 2
    *joint, other = _COMMAND.findall(refused.err)
    _follow(builder, joint if advice == "one folder" else [other])
    source = "mine" if first_split is None else "mine_train"
    if advice == "one folder":
        expected = [(source, "train/train_1.jpg"), ("mine_valid", "valid/valid_1.jpg")]
    else:
        expected = [(source, "train_1.jpg"), ("mine_2_valid", "valid_1.jpg")]
    assert _held(builder) == sorted(expected)


def test_a_third_split_after_two_in_one_folder(builder: TreeBuilder) -> None:
    files = _exporter(builder, "train", "valid", "test")
    for split in ("train", "valid"):
        builder.file(f"export/train/{split}_1.jpg", picture((200, 100)))
        below = ("--images", builder.root / "export" / "train", "--split", split)
        _ingest(builder, files[split], *below)
    refused = _ingest(builder, files["test"], *_images_of(files["test"]), "--split", "test")
    *joint, _ = _COMMAND.findall(refused.err)
    assert joint[0] == "ingest --remove mine"
    _follow(builder, joint)
    assert _held(builder)[0] == ("mine_test", "test/test_1.jpg")


@pytest.mark.exhaustive  # as the advice `one folder` above
def test_a_second_split_below_the_first_root(builder: TreeBuilder) -> None:
    train, valid = _exporter(builder, "train", "valid").values()
    root = ("--images", builder.root / "export", "--below", "train", "--split", "train")
    _ingest(builder, train, *root)
    refused = _ingest(builder, valid, *_images_of(valid), "--split", "valid")
    _follow(builder, _COMMAND.findall(refused.err))
    held = [("mine_train", "train/train_1.jpg"), ("mine_valid", "valid/valid_1.jpg")]
    assert _held(builder) == held


@pytest.mark.exhaustive  # as `test_another_file_under_a_name_is_said_and_can_be_added`
def test_the_second_split_under_the_first_name(builder: TreeBuilder) -> None:
    train, valid = _exporter(builder, "train", "valid").values()
    _ingest(builder, train, *_images_of(train))
    done = _ingest(builder, valid, *_images_of(valid))
    assert "takes its place" in done.err
    _follow(builder, _COMMAND.findall(done.err))
    assert _held(builder) == [("mine", "train_1.jpg"), ("mine_2", "valid_1.jpg")]
