"""`db check`: each kind of damage is found and says what to do; a sound index has none."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.index.check import file_system
from tests.support.once import made_once
from tests.support.trees import (
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return a tree with an index that holds every kind of row: read only."""

    def make(root: Path) -> None:
        builder = TreeBuilder(root, empty_index)
        builder.lvis(images=[image(1)], annotations=[annotation(1), annotation(2)])
        builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]})
        builder.visual_genome(vg_objects(5, vg_object(1, TENCH)))
        index = builder.index()
        index.ingest()
        index.collate()
        index.pools.hash_images()
        index.sample(DrawOptions(k=2, on_shortage="take-all"), name="two")
        index.close()

    return made_once(tmp_path_factory, "tree to check", make)


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Index:
    """Return an index that the test may damage."""
    return Index.open(shutil.copytree(made, tmp_path / "tree"))


def test_nothing_is_wrong(index: Index) -> None:
    assert index.db.check() == []


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM images WHERE pk = 1", "points to no row of images"),
        ("UPDATE categories SET name = CAST(x'ff' AS TEXT)", "categories.name: 1 times text that"),
        (
            "UPDATE images SET file_name = '../' || file_name, name = '../' || name",
            "a path in the index that leaves its dataset's folder: 3 times; take the index",
        ),
        (
            "UPDATE folders SET path = '/etc'",
            "a path in the index that leaves its dataset's folder",
        ),
        ("UPDATE images SET name = 'b'", "an image whose path is not that of its folder: 3 times"),
        (
            "DELETE FROM image_hashes; UPDATE images SET width = NULL",
            "a state without a measurement: 1 times; run `ovmr-index ingest --rehash`",
        ),
        ("DELETE FROM pool_entries WHERE position = 0", "a gap: 1 times; run `ovmr-index collate`"),
        (
            "UPDATE regions SET is_crowd = 1; UPDATE sources SET format = 'coco'",
            "the box of a crowd: 3 times; run `ovmr-index collate`",
        ),
        ("UPDATE samples SET k = 1", "more exemplars than K, or a gap among them: 1 times"),
        ("DELETE FROM sample_picks WHERE position = 0", "or a gap among them: 1 times; draw"),
        (
            "DELETE FROM region_details; DELETE FROM pool_entries; DELETE FROM regions",
            "another number of boxes than was read of its file: 2 times; run `ovmr-index ingest",
        ),
    ],
)
def test_damage_is_found(index: Index, damage: str, found: str) -> None:
    index.close()
    with closing(sqlite3.connect(index.path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.executescript(damage)
        connection.commit()
    problems = index.db.check()
    assert any(found in problem for problem in problems), problems


def test_network_file_system(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nhost:/a {tmp_path}/far nfs4 rw 0 0\n")
    assert file_system(tmp_path / "far" / "ovmr.db", mounts) == "nfs4"
    assert file_system(tmp_path / "ovmr.db", mounts) == "ext4"
    assert file_system(tmp_path / "ovmr.db", tmp_path / "none") == ""


def test_what_is_stale_is_a_note(index: Index) -> None:
    assert index.db.notes() == []
    file = index.root / "imagenet" / "imagenet21k_P" / "train" / TENCH_WNID / "a.JPEG"
    file.write_bytes(file.read_bytes() + b" ")
    train = index.root / "lvis" / "lvis_v1_train.json"
    train.write_text(train.read_text().replace("1440.5", "1441.5"))
    index.ingest()
    assert index.db.check() == []
    assert index.db.notes() == [
        "the pools of lvis_v1_train are stale: run `ovmr-index collate`",
        "1 image has another file than was measured: run `ovmr-index verify`",
    ]
