"""Folders of classes that are odd: what is no class folder, or holds nothing, is named."""

import os

import pytest

from tests.support.runs import call
from tests.support.trees import TENCH_WNID, TreeBuilder, picture


def _left_out(builder: TreeBuilder) -> tuple[int, dict[str, str]]:
    index = builder.index()
    spec = index.sources.folder(builder.root / "own", "mine")
    (source,) = index.ingest([spec]).sources
    (again,) = index.ingest([spec]).sources
    assert again.problems == source.problems
    return source.counts.added, {one.record: one.reason for one in source.problems}


def test_what_is_no_class_folder_is_named(builder: TreeBuilder) -> None:
    builder.file("own/cat/a.jpg", picture())
    builder.file("own/deep/cat/a.jpg", picture())
    own = builder.root / "own"
    (own / "dead").symlink_to("nowhere")
    (own / "loop").symlink_to("loop")
    (own / "empty").mkdir()
    builder.touch(own / "empty")
    os.mkfifo(own / "cat" / "pipe.jpg")
    builder.touch(own / "cat")
    assert _left_out(builder) == (
        1,
        {
            "dead": "is a link that leads nowhere (No such file or directory)",
            "loop": "is a link that leads nowhere (Too many levels of symbolic links)",
            "cat/pipe.jpg": "is a pipe, a socket or a device, and no plain file",
            "deep/cat": "is a folder within a class folder",
            "deep/": "holds folders and no image; if they are the classes, give"
            f" {builder.root / 'own' / 'deep'} instead",
            "empty/": "holds no image",
        },
    )


def test_a_backslash_in_a_name_is_named(builder: TreeBuilder) -> None:
    for name in ("cat/a.jpg", "cat/x\\a.jpg", "cat/x\\a.JPEG", "cat/\\", "a\\b/a.jpg"):
        builder.file(f"own/{name}", picture())
    why = "name holds a backslash, which is a slash elsewhere; rename it"
    assert _left_out(builder) == (
        1,
        {
            "a\\b": f"the folder's {why}",
            **{f"cat/{name}": f"the image's {why}" for name in ("x\\a.jpg", "x\\a.JPEG", "\\")},
        },
    )
    crops = builder.root / "crops"
    done = call("export", "crops", "--vocabulary", "mine", "-K", 1, "-o", crops, root=builder.root)
    assert (done.code, done.err) == (0, "")


def test_a_backslash_in_a_name_of_imagenet_is_named(builder: TreeBuilder) -> None:
    tree = builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b\\a.JPEG"]}).path
    done = call("ingest", "imagenet", tree, "--json", root=builder.root)
    (source,) = done.data["sources"]
    assert (done.code, source["added"], source["errors"]) == (0, 1, 1)
    assert "b\\a.JPEG: the image's name holds a backslash" in done.err


@pytest.mark.parametrize("hidden", [False, True])
def test_a_folder_without_a_class_folder(builder: TreeBuilder, hidden: bool) -> None:
    (builder.root / "own").mkdir()
    if hidden:
        builder.file("own/.cache/a.jpg", picture())
    assert _left_out(builder) == (0, {"": "holds no class folder"})
