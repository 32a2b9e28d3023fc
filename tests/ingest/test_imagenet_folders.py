"""The usual folders of ImageNet: one is read, whatever links to it are beside it."""

import shutil
from pathlib import Path

import pytest

from ovmr_index.ingest.imagenet_folders import imagenet_folder
from tests.support.runs import call
from tests.support.tars import tar_of
from tests.support.trees import APPLE_WNID, TENCH_WNID, TreeBuilder, picture

_FLAT = (
    "imagenet",
    "imagenet/ImageNet-LVIS",
    "imagenet/imagenet_l",
    "imagenet/ImageNet-21K",
    "imagenet21k/images",
)
_SPLITS = ("imagenet/imagenet21k_P", "imagenet/imagenet_l", "imagenet/ImageNet-LVIS", "imagenet")


def _link(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(text)


@pytest.mark.slow
@pytest.mark.parametrize("folder", _FLAT)
def test_a_flat_tree_is_read_where_a_code_base_puts_it(builder: TreeBuilder, folder: str) -> None:
    builder.file(f"{folder}/{TENCH_WNID}/a.JPEG", picture())
    assert imagenet_folder(builder.root) == builder.root / folder
    (source,) = builder.index().ingest().sources
    assert (source.counts.added, source.problems) == (1, [])


@pytest.mark.parametrize("folder", _SPLITS)
def test_folders_of_splits_are_read_there(builder: TreeBuilder, folder: str) -> None:
    builder.file(f"{folder}/train/{TENCH_WNID}/a.JPEG", picture())
    assert imagenet_folder(builder.root) == builder.root / folder


def test_tars_in_the_folder_of_detic_are_read(builder: TreeBuilder) -> None:
    builder.file(f"imagenet/ImageNet-21K/{TENCH_WNID}.tar", tar_of({"a.JPEG": picture()}))
    (source,) = builder.index().ingest().sources
    assert (source.counts.added, source.problems) == (1, [])


def test_unpacked_classes_go_before_tars_which_are_named(builder: TreeBuilder) -> None:
    builder.file(f"imagenet/ImageNet-LVIS/{TENCH_WNID}/a.JPEG", picture())
    tars = "imagenet/ImageNet-21K"
    for wnid in (TENCH_WNID, APPLE_WNID):
        builder.file(f"{tars}/{wnid}.tar", tar_of({"a.JPEG": picture()}))
    (source,) = builder.index().ingest().sources
    assert source.counts.added == 1
    (problem,) = source.problems
    assert (problem.record, "holds 2 classes" in problem.reason) == ("ImageNet-21K", True)


def test_what_was_read_until_now_stays_first(builder: TreeBuilder) -> None:
    builder.file(f"imagenet/ImageNet-LVIS/{TENCH_WNID}/a.JPEG", picture())
    builder.file(f"imagenet/{TENCH_WNID}/a.JPEG", picture())
    assert imagenet_folder(builder.root) == builder.root / "imagenet"
    (builder.root / "imagenet/imagenet21k_P").mkdir()
    assert imagenet_folder(builder.root) == builder.root / "imagenet/imagenet21k_P"


# The tree, and the links that `prepare training` makes beside it.
_PREPARED = (
    (
        "imagenet/imagenet21k_P",
        ("train",),
        {
            "imagenet/imagenet_l": "imagenet21k_P",
            "imagenet/ImageNet-LVIS": "imagenet21k_P",
            "imagenet/train": "imagenet21k_P/train",
        },
    ),
    (
        "imagenet",
        (),
        {
            f"imagenet/{name}/{TENCH_WNID}": f"../{TENCH_WNID}"
            for name in ("imagenet21k_P", "imagenet_l", "ImageNet-LVIS")
        },
    ),
    (
        "imagenet",
        ("train",),
        {
            f"imagenet/{name}/train": "../train"
            for name in ("imagenet21k_P", "imagenet_l", "ImageNet-LVIS")
        },
    ),
    (
        "imagenet/ImageNet-LVIS",
        (),
        {
            "imagenet/imagenet_l": "ImageNet-LVIS",
            "imagenet/imagenet21k_P": "ImageNet-LVIS",
            f"imagenet/{TENCH_WNID}": f"ImageNet-LVIS/{TENCH_WNID}",
        },
    ),
)


@pytest.mark.slow
@pytest.mark.exhaustive(
    but=[
        "inside-imagenet/imagenet21k_P-splits0-links0",
        "behind a link-imagenet/ImageNet-LVIS-splits3-links3",
    ]
)
@pytest.mark.parametrize(("tree", "splits", "links"), _PREPARED)
@pytest.mark.parametrize("outside", [False, True], ids=["inside", "behind a link"])
def test_links_to_a_tree_change_nothing(
    builder: TreeBuilder, tree: str, splits: tuple[str, ...], links: dict[str, str], outside: bool
) -> None:
    builder.file("/".join([tree, *splits, TENCH_WNID, "a.JPEG"]), picture())
    if outside:  # as a dataset on another disk is
        elsewhere = builder.root.parent / "elsewhere"
        shutil.move(builder.root / tree, elsewhere)
        _link(builder.root / tree, str(elsewhere))
    before = _ingested(builder)
    for link, text in links.items():
        _link(builder.root / link, text)
    assert imagenet_folder(builder.root) == builder.root / tree
    assert _ingested(builder) == {**before, "added": 0, "unchanged": before["added"]}
    (builder.root / "ovmr.db").unlink()
    assert _ingested(builder) == before


def _ingested(builder: TreeBuilder) -> dict[str, object]:
    """Return what `ingest` says of the one source, but not how long it took."""
    builder.index().close()  # which is quicker to copy than to make
    (source,) = call("ingest", "--json", root=builder.root).data["sources"]
    return {name: value for name, value in source.items() if name != "seconds"}


def test_an_output_behind_a_link_is_among_the_images(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.file(f"imagenet/imagenet21k_P/train/{TENCH_WNID}/a.JPEG", picture())
    builder.index().ingest()
    _link(builder.root / "imagenet/imagenet_l", "imagenet21k_P")
    file = builder.root / f"imagenet/imagenet_l/train/{TENCH_WNID}/x.json"
    done = call("export", "cat-info", "-o", file, root=builder.root)
    assert done.code == 2
    assert "among the images of imagenet21k" in done.error
