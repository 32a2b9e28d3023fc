"""What was measured holds for the file that it was read from, and outlives its absence."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from ovmr_index import Index
from ovmr_index.db.models import Image
from ovmr_index.images import measurements
from ovmr_index.images.size_queries import of_vocabulary
from ovmr_index.images.stored_hashes import hash_images
from ovmr_index.images.stored_sizes import measure_images
from tests.support.checked import problems_but_wordnet
from tests.support.contents import rows_of
from tests.support.copied_tree import fill
from tests.support.tars import to_class_tars
from tests.support.trees import (
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    image,
    picture,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

FOLDER = f"imagenet/imagenet21k_P/train/{TENCH_WNID}"
FILE = f"{FOLDER}/a.JPEG"
OTHER = picture((32, 20))
SAME_SIZE = picture((64, 48), "PNG")  # in pixels


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree with an index whose images are all measured: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", empty_index)
    builder.lvis(images=[image(1)])
    builder.pictures("coco/train2017/000000000001.jpg")
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    builder.visual_genome(vg_objects(5, vg_object(1, TENCH)))
    builder.pictures("VisualGenome/VG_100K/5.jpg")
    with builder.index() as index:
        index.ingest()
        _measure(index)
    return builder


@pytest.fixture
def index(builder: TreeBuilder, made: TreeBuilder) -> Index:
    """Return an index whose images are all measured."""
    fill(builder, made)
    return builder.index()


def _measure(index: Index) -> None:
    """Use the size of each image and its hashes."""
    measure_images(index._session, of_vocabulary(1), "all")
    hash_images(index._session, select(Image.c.pk.label("image_pk")), perceptual=True)


def _measured(index: Index) -> dict[str, tuple[object, ...]]:
    """Return width, height and hashes of each image that has any, by its file."""
    rows = rows_of(
        index,
        "SELECT file_name, width, height, sha256, perceptual FROM images"
        " LEFT JOIN image_hashes ON image_pk = pk"
        " WHERE sha256 IS NOT NULL OR (key IS NULL AND width IS NOT NULL)",
    )
    return {name: tuple(rest) for name, *rest in rows}


def _in_place(file: Path, content: bytes) -> None:
    folder = file.parent.stat()
    file.write_bytes(content)
    os.utime(file.parent, ns=(folder.st_atime_ns, folder.st_mtime_ns))


def _renamed_over(file: Path, content: bytes) -> None:
    file.with_name("new").write_bytes(content)
    file.with_name("new").rename(file)


WAYS = pytest.mark.parametrize("replace", [_in_place, _renamed_over])


def _fresh(index: Index, empty_index: Path) -> dict[str, tuple[object, ...]]:
    """Return what a new index of the same tree measures."""
    fresh = shutil.copyfile(empty_index, index.root.with_name("fresh.db"))
    new = Index.open(index.root, fresh)
    new.ingest()
    _measure(new)
    return _measured(new)


@pytest.mark.exhaustive(but=["other size-_renamed_over"])
@pytest.mark.slow
@WAYS
@pytest.mark.parametrize("content", [OTHER, SAME_SIZE], ids=["other size", "same size"])
def test_replaced_file_is_measured_again_when_it_is_used(
    index: Index, empty_index: Path, replace: Callable[[Path, bytes], None], content: bytes
) -> None:
    before = _measured(index)
    replace(index.root / FILE, content)
    index.ingest()
    _measure(index)
    after = _measured(index)
    assert after == _fresh(index, empty_index)
    assert {name for name in after if after[name] != before[name]} == {f"train/{TENCH_WNID}/a.JPEG"}


def test_ingest_counts_what_was_replaced_in_a_changed_folder(
    index: Index, builder: TreeBuilder
) -> None:
    builder.file(FILE, OTHER)
    counts = index.ingest().sources[1].counts
    assert (counts.changed, counts.unchanged) == (1, 1)
    assert f"train/{TENCH_WNID}/a.JPEG" not in _measured(index)


@pytest.mark.exhaustive(but=["same size-_in_place"])
@WAYS
@pytest.mark.parametrize("content", [OTHER, SAME_SIZE], ids=["other size", "same size"])
def test_verify_marks_what_was_replaced(
    index: Index, replace: Callable[[Path, bytes], None], content: bytes
) -> None:
    replace(index.root / FILE, content)
    assert [one.file for one in index.verify().issues if one.kind == "changed"] == [
        f"train/{TENCH_WNID}/a.JPEG"
    ]
    assert f"train/{TENCH_WNID}/a.JPEG" not in _measured(index)
    _measure(index)
    assert not index.verify().failed


def test_a_touched_file_has_not_changed(index: Index, builder: TreeBuilder) -> None:
    builder.touch(index.root / FILE)
    assert not index.verify().failed


def test_many_files_are_left_to_verify(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurements, "MOST_LOOKED_AT", 1)
    before = _measured(index)
    _in_place(index.root / FILE, OTHER)
    _measure(index)
    assert _measured(index) == before


def test_rehash(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurements, "MOST_LOOKED_AT", 0)
    _in_place(index.root / FILE, OTHER)
    before = _measured(index)
    index.ingest(dry_run=True, rehash=True)
    assert _measured(index) == before
    assert not any(one.did_work for one in index.ingest(rehash=True).sources)
    assert _measured(index) == {}
    _measure(index)
    assert _measured(index)[f"train/{TENCH_WNID}/a.JPEG"][:2] == (32, 20)


@pytest.mark.exhaustive(but=["VisualGenome"])  # a class tar comes back below
@pytest.mark.parametrize("top", ["imagenet", "VisualGenome"])
def test_measurements_outlive_an_absence(index: Index, builder: TreeBuilder, top: str) -> None:
    before = _measured(index)
    away = index.root.with_name("away")
    (index.root / top).rename(away)
    if top == "imagenet":
        (index.root / "imagenet" / "imagenet21k_P" / "train").mkdir(parents=True)
    else:
        builder.visual_genome()
    index.ingest()
    assert len(_measured(index)) < len(before)
    shutil.rmtree(index.root / top)
    away.rename(index.root / top)
    index.ingest()
    assert _measured(index) == before
    assert rows_of(index, "SELECT * FROM kept_measurements") == []


def test_another_file_has_come_back(index: Index, builder: TreeBuilder) -> None:
    file = index.root / FILE
    file.unlink()
    builder.touch(file.parent)
    index.ingest()
    builder.file(FILE, OTHER)
    index.ingest()
    assert f"train/{TENCH_WNID}/a.JPEG" not in _measured(index)


def test_class_tar_that_comes_back(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    to_class_tars(builder.root / "imagenet")
    tar = builder.root / f"{FOLDER}.tar"
    index = builder.index()
    index.ingest()
    _measure(index)
    before = _measured(index)
    assert len(before) == 2
    tar.rename(builder.root / "away.tar")
    (builder.root / FOLDER).mkdir()
    index.ingest()
    assert _measured(index) == {}
    (builder.root / FOLDER).rmdir()
    (builder.root / "away.tar").rename(tar)
    index.ingest()
    assert _measured(index) == before


def test_image_of_an_annotation_file_with_another_file(index: Index, builder: TreeBuilder) -> None:
    builder.pictures("coco/val2017/000000000001.jpg", size=(32, 20))
    before = _measured(index)["train2017/000000000001.jpg"]
    builder.lvis(images=[image(1, "val2017")])
    index.ingest()
    assert "val2017/000000000001.jpg" not in _measured(index)
    builder.lvis(images=[image(1)])
    index.ingest()
    assert _measured(index)["train2017/000000000001.jpg"] == before


def test_new_image_has_no_hash_of_one_that_is_gone(index: Index, builder: TreeBuilder) -> None:
    builder.visual_genome(vg_objects(6, vg_object(1, TENCH)))
    index.ingest()
    assert "VG_100K/6.jpg" not in _measured(index)
    assert problems_but_wordnet(index) == []


def test_removed_dataset_leaves_nothing(index: Index) -> None:
    (index.root / FILE).unlink()
    os.utime(index.root / FOLDER, ns=(1, 1))
    index.ingest()
    index.sources.rm("imagenet21k")
    assert problems_but_wordnet(index) == []
    assert rows_of(index, "SELECT * FROM kept_measurements") == []


def test_tar_that_is_unpacked_keeps_what_was_measured(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    unpacked = builder.root.with_name("unpacked")
    shutil.copytree(builder.root / FOLDER, unpacked)
    to_class_tars(builder.root / "imagenet")
    index = builder.index()
    index.ingest()
    _measure(index)
    before = _measured(index)
    (builder.root / f"{FOLDER}.tar").unlink()
    unpacked.rename(builder.root / FOLDER)
    (source,) = (one for one in index.ingest().sources if one.name == "imagenet21k")
    assert (source.counts.changed, source.counts.unchanged) == (0, 2)
    _measure(index)
    assert _measured(index) == before
