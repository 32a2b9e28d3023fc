"""Class folders and archives of ImageNet whose files are called after other classes."""

import shutil

import pytest

from ovmr_index.ingest.other_wnids import OtherWnids
from tests.support.runs import call
from tests.support.tars import tar_of, zip_of
from tests.support.trees import APPLE_WNID, TENCH_WNID, TreeBuilder, picture

EXCHANGED = (
    f"the files of 2 class folders are called after other classes: {TENCH_WNID}"
    f" ({APPLE_WNID}_0.JPEG), {APPLE_WNID} ({TENCH_WNID}_0.JPEG); the names of"
    " folders are the labels"
)


def _names(wnid: str, count: int = 7) -> list[str]:
    return [f"{wnid}_{number}.JPEG" for number in range(count)]


def _notes(builder: TreeBuilder) -> list[str]:
    (source,) = builder.index().ingest().sources
    assert source.problems == []
    return [note for note in source.notes if "called after" in note]


def test_folders_with_exchanged_names(builder: TreeBuilder) -> None:
    builder.imagenet({TENCH_WNID: _names(APPLE_WNID), APPLE_WNID: _names(TENCH_WNID)}, flat=True)
    assert _notes(builder) == [EXCHANGED]
    for wnid in (TENCH_WNID, APPLE_WNID):
        shutil.rmtree(builder.root / "imagenet" / wnid)
    builder.imagenet({TENCH_WNID: _names(TENCH_WNID), APPLE_WNID: _names(APPLE_WNID)}, flat=True)
    assert _notes(builder) == []


def test_folders_that_are_exchanged_later(builder: TreeBuilder) -> None:
    tree = builder.root / "imagenet/imagenet21k_P"
    builder.imagenet({f"train/{wnid}": _names(wnid) for wnid in (TENCH_WNID, APPLE_WNID)})
    assert _notes(builder) == []
    (tree / "train" / TENCH_WNID).rename(tree / "x")
    (tree / "train" / APPLE_WNID).rename(tree / "train" / TENCH_WNID)
    (tree / "x").rename(tree / "train" / APPLE_WNID)
    done = call("ingest", root=builder.root)
    assert done.code == 0
    assert "the files of 2 class folders are called after other classes: train/" in done.err


@pytest.mark.parametrize("kind", ["tar", "zip", "whole"])
def test_archives_with_exchanged_names(builder: TreeBuilder, kind: str) -> None:
    builder.imagenet({}, flat=True)
    pack = zip_of if kind == "zip" else tar_of
    suffix = "zip" if kind == "zip" else "tar"
    packed = {
        f"{wnid}.{suffix}": pack(dict.fromkeys(_names(other), picture()))
        for wnid, other in ((TENCH_WNID, APPLE_WNID), (APPLE_WNID, TENCH_WNID))
    }
    for name, content in ({"whole.tar": tar_of(packed)} if kind == "whole" else packed).items():
        builder.file(f"imagenet/{name}", content)
    assert _notes(builder) == [EXCHANGED]


@pytest.mark.parametrize(
    ("names", "is_said"),
    [
        ([], False),
        (["a.JPEG"], False),
        (_names(TENCH_WNID, 1), False),
        (_names(APPLE_WNID, 1), True),
        (_names(APPLE_WNID, 2), True),
        (["ILSVRC2012_val_00000293.JPEG", "n0144.JPEG", f"{APPLE_WNID}.JPEG"], False),
        ([*_names(TENCH_WNID, 20), *_names(APPLE_WNID, 5)], False),
        ([*_names(TENCH_WNID, 5), *_names(APPLE_WNID, 20)], True),
    ],
)
def test_most_of_the_names_count(names: list[str], is_said: bool) -> None:
    found = OtherWnids()
    found.look(TENCH_WNID, TENCH_WNID, names)
    said = (
        f"the files of 1 class folder are called after other classes: {TENCH_WNID} ({APPLE_WNID}_"
    )
    assert [note.startswith(said) for note in found.notes()] == [True] * is_said
    assert all(note.endswith("; the names of folders are the labels") for note in found.notes())


def test_the_first_folders_are_named() -> None:
    found = OtherWnids()
    for number in range(1_200):
        found.look(f"n{number:08d}", f"n{number:08d}", _names(TENCH_WNID))
    (note,) = found.notes()
    assert note.startswith("the files of 1,200 class folders are called after other classes: n00")
    assert "and 1,190 more; the names of folders are the labels" in note
