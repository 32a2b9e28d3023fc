"""Links among the images of a tree: those that leave it are taken only if asked for."""

from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.ingest.report import Counts
from tests.support.contents import rows_of
from tests.support.runs import call
from tests.support.trees import TENCH, TENCH_WNID, TreeBuilder, picture, vg_object, vg_objects

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("with_index")]


@pytest.fixture
def tree(builder: TreeBuilder) -> Path:
    """Return a flat ImageNet with an image and a link out of it, both from long ago."""
    root = builder.imagenet({TENCH_WNID: ["a.JPEG"]}, flat=True).path
    outside = builder.file("elsewhere/b.JPEG", picture())
    (root / TENCH_WNID / "b.JPEG").symlink_to(outside)
    builder.touch(root / TENCH_WNID)
    return root


def _ingest(root: Path, *arguments: object) -> Counts:
    done = call("ingest", *arguments, "--json", root=root)
    assert done.code == 0, done.err
    source = done.data["sources"][-1]
    names = ("added", "changed", "unchanged", "vanished")
    return Counts(*(source[name] for name in names))


@pytest.mark.exhaustive(beyond=1)
@pytest.mark.parametrize("kind", ["imagenet", "folder"])
def test_the_option_lists_unchanged_folders_again(tree: Path, kind: str) -> None:
    root = tree.parent
    given = (kind, tree) if kind == "imagenet" else (kind, tree, "--name", "mine")
    assert _ingest(root, *given) == Counts(added=1)
    assert _ingest(root, *given) == Counts(unchanged=1)
    assert _ingest(root, *given, "--follow-links") == Counts(added=1, unchanged=1)
    assert _ingest(root) == Counts(unchanged=2)  # a plain ingest keeps to the option
    assert _ingest(root, *given) == Counts(unchanged=1, vanished=1)


def test_what_is_left_out_is_kept_with_its_reason(tree: Path) -> None:
    done = call("ingest", "imagenet", tree, root=tree.parent)
    assert done.err == (
        f"{tree}: {TENCH_WNID}/b.JPEG: is a link out of its dataset;"
        " to read it, ingest with --follow-links\n"
    )
    index = Index.open(tree.parent)
    assert rows_of(index, "SELECT record FROM ingest_errors") == [(f"{TENCH_WNID}/b.JPEG",)]


def test_a_file_that_becomes_a_link_is_not_copied(tree: Path, tmp_path: Path) -> None:
    root = tree.parent
    assert _ingest(root, "folder", tree, "--name", "mine") == Counts(added=1)
    options = ("-K", 1, "--vocabulary", "mine", "--name", "s")
    assert call("sample", *options, root=root).code == 0
    (tree / TENCH_WNID / "a.JPEG").unlink()
    (tree / TENCH_WNID / "a.JPEG").symlink_to(root / "elsewhere/b.JPEG")
    done = call("export", "images", "--name", "s", "-o", tmp_path / "out", root=root)
    assert done.code == 1
    assert "is a link out of its dataset" in done.err
    assert not list((tmp_path / "out").rglob("*.JPEG"))


@pytest.mark.exhaustive(but=["deep/er/"])
@pytest.mark.parametrize("below", ["", "deep/er/"])
def test_links_of_an_annotation_file_are_named_when_it_is_read(
    builder: TreeBuilder, below: str
) -> None:
    outside = builder.file("elsewhere/b.jpg", picture())
    folder = builder.file(f"img/{below}a.jpg", picture()).parent
    for name in ("b.jpg", "c.jpg", "unused.jpg"):
        (folder / name).symlink_to(outside)
    (folder / "inside.jpg").symlink_to(folder / "a.jpg")
    names = ("a.jpg", "b.jpg", "c.jpg", "inside.jpg")
    images = [{"id": key, "file_name": f"{below}{name}"} for key, name in enumerate(names, 1)]
    categories = [{"id": 1, "name": "mug"}]
    content = {"images": images, "annotations": [], "categories": categories}
    file = builder.json("ann.json", content)
    given = ("coco", file, "--name", "mine", "--images", builder.root / "img")
    done = call("ingest", *given, "--json", root=builder.root)
    assert (done.code, done.data["sources"][0]["errors"]) == (0, 2)
    img = builder.root / "img"
    said = [line for line in done.err.splitlines() if "is a link out of its dataset" in line]
    assert [line.partition(": is a link")[0] for line in said] == [
        f"{img}: {below}{name}" for name in ("b.jpg", "c.jpg")
    ]
    (folder / "b.jpg").unlink()
    builder.file(f"img/{below}b.jpg", picture())
    again = call("ingest", "--json", root=builder.root)
    assert again.data["sources"][0]["errors"] == 1
    followed = call("ingest", *given, "--follow-links", "--json", root=builder.root)
    assert followed.data["sources"][0]["errors"] == 0


def test_a_root_or_a_folder_that_is_a_link_is_followed(
    builder: TreeBuilder, tmp_path: Path
) -> None:
    real = tmp_path / "disk" / "train"
    real.mkdir(parents=True)
    (real / "a.jpg").write_bytes(picture())
    (real / "b.jpg").symlink_to(real / "a.jpg")
    (builder.root / "img").mkdir()
    (builder.root / "img" / "train").symlink_to(real)
    images = [{"id": key, "file_name": f"train/{name}.jpg"} for key, name in enumerate("ab", 1)]
    content = {"images": images, "annotations": [], "categories": [{"id": 1, "name": "mug"}]}
    given = ("coco", builder.json("ann.json", content), "--name", "mine")
    done = call("ingest", *given, "--images", builder.root / "img", "--json", root=builder.root)
    assert done.data["sources"][0]["errors"] == 0


def test_lvis_and_visual_genome_take_links_if_asked_for(builder: TreeBuilder) -> None:
    outside = builder.file("elsewhere/a.jpg", picture())
    builder.lvis()
    builder.visual_genome(vg_objects(1, vg_object(1, TENCH)))
    images = {
        "lvis": "coco/train2017/000000000001.jpg",
        "visual-genome": "VisualGenome/VG_100K/1.jpg",
    }
    root = builder.root
    for kind, image in images.items():
        link = root / image
        link.parent.mkdir(parents=True)
        link.symlink_to(outside)
        name = f"{link.parent.name}/{link.name}"
        assert f"{name}: is a link out of its dataset" in call("ingest", kind, root=root).err
        assert call("ingest", kind, "--follow-links", root=root).err.count("is a link") == 0
    assert call("ingest", root=root).err.count("is a link") == 0  # which keeps to the option
    found = rows_of(Index.open(root), "SELECT format, options FROM sources ORDER BY format")
    assert [(kind, "follow_links" in options) for kind, options in found] == [
        (kind, True) for kind in images
    ]
