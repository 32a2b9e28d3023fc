"""What is never opened as an image: pipes, devices, and links out of their dataset."""

import os
from pathlib import Path

import pytest

from ovmr_index.images.header import ImageError, shown_size
from ovmr_index.images.locations import Location, locate
from ovmr_index.images.sizes import Unreadable, sizes
from ovmr_index.storage.links import image_path, refused_link, without_mark
from ovmr_index.storage.members import file_content, file_size
from tests.support.runs import call
from tests.support.trees import TreeBuilder, picture

pytestmark = pytest.mark.slow

PLAIN = "is a pipe, a socket or a device, and no plain file"
LEAVES = "is a link out of its dataset; to read it, ingest with --follow-links"
NAMES = (
    "a.jpg",
    "inside.jpg",
    "outside.jpg",
    "pipe.jpg",
    "to_pipe.jpg",
    "sub/up.jpg",
    "sub/out.jpg",
)
REASONS = {
    "outside.jpg": LEAVES,
    "sub/out.jpg": LEAVES,
    "pipe.jpg": PLAIN,
    "to_pipe.jpg": PLAIN,
}


@pytest.fixture
def root(builder: TreeBuilder) -> Path:
    """Return a tree with an annotation file, whose images are files, links and a pipe."""
    builder.pictures("img/a.jpg", "img/sub/b.jpg", "elsewhere/c.jpg", "img-too/d.jpg")
    links = {
        "inside.jpg": "sub/b.jpg",
        "outside.jpg": "../elsewhere/c.jpg",
        "sub/up.jpg": "../a.jpg",
        "sub/out.jpg": "../../img-too/d.jpg",
        "to_pipe.jpg": "pipe.jpg",
    }
    for name, target in links.items():
        (builder.root / "img" / name).symlink_to(target)
    os.mkfifo(builder.root / "img" / "pipe.jpg")
    images = [
        {"id": key, "file_name": name, "width": 64, "height": 48}
        for key, name in enumerate(NAMES, 1)
    ]
    boxes = [
        {"id": key, "image_id": key, "category_id": 1, "bbox": [4, 4, 36, 36], "area": 1296}
        for key in range(1, len(NAMES) + 1)
    ]
    categories = [{"id": 1, "name": "mug", "synset": "mug.n.04"}]
    builder.json("ann.json", {"images": images, "annotations": boxes, "categories": categories})
    return builder.root


def _ingest(root: Path, *options: str) -> None:
    where = ("--name", "mine", "--images", root / "img")
    assert call("ingest", "coco", root / "ann.json", *where, *options, root=root).code == 0


def _sample(root: Path) -> None:
    options = ("-K", len(NAMES), "--vocabulary", "mine", "--name", "s")
    assert call("sample", *options, "--on-shortage", "take-all", root=root).code == 0


@pytest.mark.exhaustive(but=["images-", "crops-linked root"])
@pytest.mark.parametrize("linked", [False, True], ids=["", "linked root"])
@pytest.mark.parametrize("command", ["images", "crops"])
def test_they_are_named_and_the_rest_is_written(root: Path, command: str, linked: bool) -> None:
    if linked:
        (root / "img").rename(root / "moved")
        (root / "img").symlink_to("moved")
    _ingest(root)
    _sample(root)
    output = root / "out"
    done = call("export", command, "--name", "s", "-o", output, root=root)
    assert done.code == 1
    assert sorted(done.err.splitlines()) == sorted(
        f"mine: {name}: {reason}" for name, reason in REASONS.items()
    )
    names = {path.name.rpartition("_")[2] for path in output.rglob("*.jpg")}
    assert names == {"a.jpg", "inside.jpg", "up.jpg"}


def test_links_are_followed_if_asked_for(root: Path) -> None:
    _ingest(root, "--follow-links")
    _sample(root)
    done = call("export", "images", "--name", "s", "-o", root / "out", root=root)
    assert done.err.splitlines() == [
        f"mine: {name}: {PLAIN}" for name in ("pipe.jpg", "to_pipe.jpg")
    ]
    assert (root / "out/mine/outside.jpg").read_bytes() == picture()
    _ingest(root)
    again = call("export", "images", "--name", "s", "-o", root / "again", root=root)
    assert len(again.err.splitlines()) == len(REASONS)


def test_verify_names_them(root: Path) -> None:
    _ingest(root)
    done = call("verify", "--json", root=root)
    assert done.code == 1
    assert {one["file_name"]: one["reason"] for one in done.data} == REASONS
    assert {one["kind"] for one in done.data} == {"unreadable"}


def test_every_reader_refuses_them(root: Path) -> None:
    top = str(root / "img")
    for name, reason in REASONS.items():
        place = locate(top, name, Location())
        assert isinstance(place, str)
        with pytest.raises(OSError, match=reason):
            file_content(place)
        with pytest.raises(OSError, match=reason):
            file_size(place)
        with pytest.raises(ImageError, match=reason):
            shown_size(place)
        assert list(sizes([(7, place)])) == [Unreadable(7, reason)]
    assert shown_size(locate(top, "sub/up.jpg", Location())) == (64, 48)
    assert shown_size(locate(top, "outside.jpg", Location(follow_links=1))) == (64, 48)


def test_a_folder_that_is_a_link_is_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other disk").mkdir()
    (tmp_path / "other disk" / "e.jpg").write_bytes(picture())
    (tmp_path / "other disk" / "f.jpg").symlink_to("e.jpg")
    (root / "img" / "more").symlink_to(tmp_path / "other disk")
    for name in ("more/e.jpg", "more/f.jpg"):
        assert file_content(image_path(str(root / "img"), name)) == picture()


def test_paths_are_written_as_people_do() -> None:
    assert without_mark(image_path("/data/img", "a/b.jpg")) == "/data/img/a/b.jpg"
    assert image_path("/data/img", "a.jpg", follow_links=True) == "/data/img/a.jpg"


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "dead").symlink_to("gone")
    (tmp_path / "folder").symlink_to(tmp_path)
    assert refused_link(str(tmp_path / "dead")) == (
        "is a link that leads nowhere (No such file or directory)"
    )
    assert refused_link(str(tmp_path / "folder")) == "is a link to a folder"
