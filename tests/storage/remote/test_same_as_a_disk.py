"""What is ingested and exported from a bucket is what it is from a disk, byte by byte."""

import hashlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index

pytestmark = pytest.mark.slow

_DRAW = DrawOptions(k=3)
_OF_THE_PLACE = {  # times and numbers of files, and when they were read
    "folders": ("mtime_ns", "ctime_ns"),
    "ingest_runs": ("ended_at", "seconds"),
    "measured_files": ("mtime_ns",),
    "source_files": ("mtime_ns", "ctime_ns", "inode"),
}


@pytest.fixture(scope="module")
def local(demo_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of the same tree on a disk, with all that is exported of it."""
    root = tmp_path_factory.mktemp("local") / "datasets"
    shutil.copytree(demo_tree, root)
    with Index.open(root) as index:
        index.ingest()
        index.collate()
        _export(index)
    return root


@pytest.fixture
def remote(bucket: str, remote_index: Path, tmp_path: Path) -> Path:
    """Return the folder of an index of the bucket, with all that is exported of it."""
    shutil.copyfile(remote_index, tmp_path / "ovmr.db")
    with Index.open(bucket, tmp_path / "ovmr.db") as index:
        _export(index)
    return tmp_path


def _export(index: Index) -> None:
    index.exports.all()
    index.exports.target("imagenet-lvis")
    sample = index.samples.draw(_DRAW).categories
    index.exports.crops(sample, None, index.exports.folder / "crops")
    index.exports.images(sample, index.exports.folder / "images")
    index.exports.coco(path=index.exports.folder / "coco.json")
    index.pools.hash_images(perceptual=True)


@pytest.mark.sqlite_only  # it opens the file
def test_index_and_exports_are_those_of_a_disk(local: Path, remote: Path) -> None:
    assert _tables(remote / "ovmr.db") == _tables(local / "ovmr.db")
    found = _files(remote)
    assert len(found) > 30
    assert found == {name: digest for name, digest in _files(local).items() if name in found}
    made = {"metadata", "crops", "images", "coco.json"}
    assert {name for name in _files(local) if name.partition("/")[0] in made} <= set(found)


def _files(root: Path) -> dict[str, str]:
    """Return the files that were written below a root, with a hash of each."""
    files = (path for path in root.rglob("*") if path.is_file() and path.suffix != ".db")
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if "cache" not in path.parts
    }


def _tables(path: Path) -> dict[str, list[str]]:
    """Return the rows of each table of an index, without what depends on where files are."""
    connection = sqlite3.connect(path)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    found = {}
    for (name,) in names:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        kept = [f'"{one}"' for one in columns if one not in _OF_THE_PLACE.get(name, ())]
        rows = connection.execute(f'SELECT {", ".join(kept)} FROM "{name}"').fetchall()
        found[name] = sorted(map(repr, rows))
    connection.close()
    return found
