"""A class that is a folder and an archive at once: what is read holds all that there is."""

import bz2
import gzip
import lzma
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest

from ovmr_index.formats.imagenet import ImageNetReader
from ovmr_index.ingest.prepare import prepare_imagenet
from ovmr_index.ingest.report import Counts
from tests.support.tars import tar_of, zip_of
from tests.support.trees import APPLE_WNID, TENCH_WNID, TreeBuilder, picture

IMAGES = {f"{TENCH_WNID}_{number}.JPEG": picture() for number in range(1, 6)}
PACKS: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    ".tar": tar_of,
    ".TAR": tar_of,
    ".tar.gz": lambda files: gzip.compress(tar_of(files)),
    ".tar.bz2": lambda files: bz2.compress(tar_of(files)),
    ".tar.xz": lambda files: lzma.compress(tar_of(files)),
    ".zip": zip_of,
}


def _both(
    builder: TreeBuilder, unpacked: int, suffix: str = ".tar", *, split: str = "train/"
) -> Path:
    """Write a class folder with some of the images, and an archive of all beside it."""
    for name in list(IMAGES)[:unpacked]:
        builder.file(f"tree/{split}{TENCH_WNID}/{name}", IMAGES[name])
    (builder.root / f"tree/{split}{TENCH_WNID}").mkdir(parents=True, exist_ok=True)
    builder.file(f"tree/{split}{TENCH_WNID}{suffix}", PACKS[suffix](IMAGES))
    builder.file(f"tree/{split}{APPLE_WNID}/a.JPEG", picture())
    return builder.root / "tree"


def _read(reader: ImageNetReader) -> dict[str, int]:
    """Return how many images each class has."""
    found = {folder.path: len(reader.names(folder)) for folder in reader.folders()}
    for archive in reader.archives():
        assert archive.folder is not None
        assert archive.folder.path not in found
        batches = list(reader.images(archive))
        found[archive.folder.path] = sum(len(batch.images) for batch in batches)
    return found


@pytest.mark.parametrize("suffix", PACKS)
@pytest.mark.parametrize("split", ["train/", ""])
def test_an_empty_folder_gives_way_to_the_archive(
    builder: TreeBuilder, suffix: str, split: str
) -> None:
    reader = ImageNetReader(_both(builder, 0, suffix, split=split))
    assert _read(reader) == {f"{split}{APPLE_WNID}": 1, f"{split}{TENCH_WNID}": 5}
    assert reader.problems == []


@pytest.mark.parametrize("suffix", PACKS)
def test_a_half_unpacked_folder_is_named_with_both_counts(
    builder: TreeBuilder, suffix: str
) -> None:
    reader = ImageNetReader(_both(builder, 2, suffix))
    assert _read(reader) == {f"train/{APPLE_WNID}": 1, f"train/{TENCH_WNID}": 5}
    (problem,) = reader.problems
    archive = f"train/{TENCH_WNID}{suffix}"
    assert problem.record == f"train/{TENCH_WNID}"
    assert problem.reason == (
        f"holds 2 images and {archive} beside it 5, of which the folder lacks 3;"
        f" {archive} is read: finish unpacking, or move the one of the two away that is not meant"
    )


@pytest.mark.parametrize("below", ["", "images/"])
def test_a_folder_that_has_all_is_read(builder: TreeBuilder, below: str) -> None:
    for name in (*IMAGES, "mine.jpg"):
        builder.file(f"tree/{TENCH_WNID}/{below}{name}", picture())
    builder.file(f"tree/{TENCH_WNID}.tar", tar_of(IMAGES))
    reader = ImageNetReader(builder.root / "tree")
    assert sum(_read(reader).values()) == 6
    assert list(reader.archives()) == []
    assert reader.problems == []


def _with_names_twice(builder: TreeBuilder, unpacked: Collection[str], suffix: str) -> Path:
    """Write a class folder, and beside it an archive that has one name in two folders."""
    images = {
        name: picture((size, size))
        for size, name in enumerate(("a.JPEG", "b.JPEG", "images/a.JPEG"), 10)
    }
    for name in unpacked:
        builder.file(f"tree/{TENCH_WNID}/{name}", images[name])
    builder.file(f"tree/{TENCH_WNID}{suffix}", PACKS[suffix](images))
    builder.touch(builder.root / "tree" / TENCH_WNID)
    return builder.root / "tree"


HALVES = [("a.JPEG", "b.JPEG"), ("b.JPEG", "images/a.JPEG"), ("images/a.JPEG",)]


@pytest.mark.exhaustive(but=["unpacked0-.tar", "unpacked1-.zip", "unpacked2-.tar"])
@pytest.mark.parametrize("suffix", [".tar", ".zip"])
@pytest.mark.parametrize("unpacked", HALVES)
def test_two_images_of_one_name_in_an_archive_are_two(
    builder: TreeBuilder, tmp_path: Path, unpacked: Collection[str], suffix: str
) -> None:
    root = _with_names_twice(builder, unpacked, suffix)
    index = builder.index()
    for expected in (Counts(added=3), Counts(unchanged=3)):
        report = index.ingest([index.sources.imagenet(root)]).sources[0]
        assert report.counts == expected
        (problem,) = report.problems
        assert f"beside it 3, of which the folder lacks {3 - len(unpacked)}" in problem.reason
    prepared = prepare_imagenet(root, tmp_path / "out")
    assert [one.record for one in prepared.problems] == [TENCH_WNID]
    assert sum(prepared.placed.values()) == 0


def test_a_folder_with_both_images_of_one_name_is_read(builder: TreeBuilder) -> None:
    root = _with_names_twice(builder, ("a.JPEG", "b.JPEG", "images/a.JPEG"), ".tar")
    reader = ImageNetReader(root)
    assert _read(reader) == {TENCH_WNID: 2, f"{TENCH_WNID}/images": 1}
    assert reader.problems == []


def test_a_class_that_was_whole_does_not_lose_one_of_two_images_of_a_name(
    builder: TreeBuilder,
) -> None:
    root = _with_names_twice(builder, ("a.JPEG", "b.JPEG", "images/a.JPEG"), ".tar")
    index = builder.index()
    spec = [index.sources.imagenet(root)]
    assert index.ingest(spec).sources[0].counts == Counts(added=3)
    (root / TENCH_WNID / "images" / "a.JPEG").unlink()
    (root / TENCH_WNID / "images").rmdir()
    builder.touch(root / TENCH_WNID)
    report = index.ingest(spec).sources[0]
    assert (report.counts.vanished, len(report.problems)) == (0, 1)


def test_a_folder_with_as_many_others_is_read_and_named(builder: TreeBuilder) -> None:
    root = _both(builder, 4, split="")
    for name in ("other.JPEG", "another.JPEG"):
        builder.file(f"tree/{TENCH_WNID}/{name}", picture())
    reader = ImageNetReader(root)
    assert _read(reader)[TENCH_WNID] == 6
    (problem,) = reader.problems
    assert "holds 6 images" in problem.reason
    assert "lacks 1; the folder is read" in problem.reason


def test_a_damaged_archive_beside_a_folder_is_named(builder: TreeBuilder) -> None:
    root = _both(builder, 2, split="")
    builder.file(f"tree/{TENCH_WNID}.tar", tar_of(IMAGES)[:900])
    reader = ImageNetReader(root)
    assert _read(reader)[TENCH_WNID] == 2
    (problem,) = reader.problems
    assert problem.record == f"{TENCH_WNID}.tar"
    assert problem.reason.endswith("not compared with the folder beside it, which is read")


def test_a_layout_that_is_asked_for_is_read_and_the_rest_named(builder: TreeBuilder) -> None:
    root = _both(builder, 0, split="")
    flat = ImageNetReader(root, "flat")
    assert _read(flat) == {APPLE_WNID: 1, TENCH_WNID: 0}
    (problem,) = flat.problems
    assert "holds 0 images" in problem.reason
    assert "the folder is read: finish unpacking" in problem.reason
    assert list(ImageNetReader(root, "tars").folders()) == []


def test_prepare_names_what_is_not_unpacked(builder: TreeBuilder, tmp_path: Path) -> None:
    root = _both(builder, 2, split="")
    builder.file("tree/n02801938.tar", tar_of({"a.JPEG": b""}))
    report = prepare_imagenet(root, tmp_path / "out")
    assert [one.record for one in report.problems] == ["n02801938.tar", TENCH_WNID]


def test_an_index_goes_from_a_folder_to_its_archive_and_back(builder: TreeBuilder) -> None:
    root = _both(builder, 5, split="")
    index = builder.index()
    spec = [index.sources.imagenet(root)]
    assert index.ingest(spec).sources[0].counts.added == 6
    for name in list(IMAGES)[2:]:
        (root / TENCH_WNID / name).unlink()
    builder.touch(root / TENCH_WNID)
    half = index.ingest(spec).sources[0]
    assert (half.counts.vanished, len(half.problems)) == (0, 1)
    again = index.ingest(spec).sources[0]
    assert (again.counts.unchanged, len(again.problems)) == (6, 1)
    (root / f"{TENCH_WNID}.tar").unlink()
    assert index.ingest(spec).sources[0].counts.vanished == 3
