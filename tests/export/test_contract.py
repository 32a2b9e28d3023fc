"""What every export target promises, whichever it is: the suite walks the table of targets."""

import json
import os
import random
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from ovmr_index.errors import MissingSourceError, OvmrIndexError
from ovmr_index.export.target import WrittenFile
from ovmr_index.export.targets import TARGETS
from ovmr_index.ingest.sources import find_sources
from tests.support.exported import limited_write, open_index, write
from tests.support.few_synsets import index_of_odd_synsets
from tests.support.odd_trees import OddTree
from tests.support.trees import TreeBuilder

pytestmark = pytest.mark.slow

JOBS = (*TARGETS, "sample")
DEFAULT_PATHS = {
    "exemplars": "metadata/exemplar_dict.json",
    "annotations": "lvis/lvis_v1_train_all.json",
    "norare": "lvis/lvis_v1_train_norare.json",
    "rareonly": "lvis/lvis_v1_train_rare_only.json",
    "cat-info": "metadata/lvis_v1_train_cat_info.json",
    "imagenet-lvis": "imagenet/annotations/imagenet_lvis_image_info.json",
    "sample": "metadata/lvis_image_exemplar_dict_K-003_own.json",
}
RECORDS: dict[str, Callable[[Any], int]] = {
    "exemplars": lambda value: sum(map(len, value.values())),
    "annotations": lambda value: len(value["annotations"]),
    "norare": lambda value: len(value["annotations"]),
    "rareonly": lambda value: len(value["annotations"]),
    "cat-info": len,
    "imagenet-lvis": lambda value: len(value["images"]),
    "sample": lambda value: sum(map(len, value)),
}
MOST_BYTES = 1_000


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, empty_index: Path
) -> tuple[Path, dict[str, WrittenFile]]:
    """Return a tree whose index holds everything that the targets need, and each one's file."""
    few = index_of_odd_synsets(tmp_path_factory, empty_index)
    builder = TreeBuilder(tmp_path_factory.mktemp("contract") / "datasets", few)
    OddTree(builder, 0)
    for file in _below(builder.root / "imagenet"):
        if file.stat().st_size < 20:  # no image: it would be looked at again by each export
            file.unlink()
    index = builder.index()
    index.ingest()
    folder = builder.root / "first" / "of each"
    first = {job: write(index, job, folder / job) for job in JOBS}
    again = index.ingest()  # what is written after it has the same bytes
    assert not [one for one in again.sources if one.counts.did_work]
    return builder.root, first


@pytest.fixture
def root(made: tuple[Path, dict[str, WrittenFile]]) -> Path:
    """Return the root of the tree."""
    return made[0]


@pytest.fixture
def first(made: tuple[Path, dict[str, WrittenFile]]) -> dict[str, WrittenFile]:
    """Return the file of each target, in a folder that was not there."""
    return made[1]


@contextmanager
def _files_limited_to(most: int) -> Iterator[None]:
    """Let no file grow above `most` bytes: a write fails, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_the_suite_knows_every_target() -> None:
    assert set(JOBS) == DEFAULT_PATHS.keys() == RECORDS.keys()


@pytest.mark.parametrize("job", JOBS)
def test_the_published_path_is_the_default(
    root: Path, first: dict[str, WrittenFile], job: str
) -> None:
    written = write(open_index(root), job)
    assert written.path == root / DEFAULT_PATHS[job]
    assert written.path.read_bytes() == first[job].path.read_bytes()


@pytest.mark.parametrize("job", JOBS)
def test_the_number_of_records_is_told(first: dict[str, WrittenFile], job: str) -> None:
    count = RECORDS[job](json.loads(first[job].path.read_bytes()))
    assert first[job].records == count > 0


@pytest.mark.parametrize("job", JOBS)
def test_no_record_names_a_member_twice(first: dict[str, WrittenFile], job: str) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)

    json.loads(first[job].path.read_bytes(), object_pairs_hook=unique)


@pytest.mark.exhaustive(
    but=[
        "file/out.json-exemplars",
        "folder-annotations",
        "place2-norare",
        "place3-rareonly",
        "file/out.json-cat-info",
        "folder-imagenet-lvis",
        "place2-sample",
    ]
)
@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("place", ["file/out.json", "folder", f"{'n' * 251}.json", "n" * 300])
def test_a_path_that_cannot_be_written_is_one_line(
    root: Path, tmp_path: Path, job: str, place: str
) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OvmrIndexError) as caught:
        write(open_index(root), job, tmp_path / place)
    assert str(caught.value).startswith(str(tmp_path / place))
    assert "\n" not in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


@pytest.mark.parametrize("job", JOBS)
def test_a_full_disk_keeps_the_earlier_file(root: Path, tmp_path: Path, job: str) -> None:
    path = tmp_path / "out.json"
    path.write_text("earlier")
    index = open_index(root)
    with (
        pytest.raises(OvmrIndexError, match="nothing was written there") as caught,
        _files_limited_to(MOST_BYTES),
    ):
        write(index, job, path)
    assert "\n" not in str(caught.value)
    assert path.read_text() == "earlier"
    assert os.listdir(tmp_path) == ["out.json"]


@pytest.mark.exhaustive(but=["exemplars", "imagenet-lvis", "sample"])
@pytest.mark.slow
@pytest.mark.parametrize("job", JOBS)
def test_a_kill_in_the_middle_keeps_the_earlier_file(
    root: Path, first: dict[str, WrittenFile], tmp_path: Path, job: str
) -> None:
    path = tmp_path / "out.json"
    path.write_text("earlier")
    assert limited_write(root, job, path, MOST_BYTES) == -signal.SIGXFSZ
    assert path.read_text() == "earlier"
    write(open_index(root), job, path)
    assert path.read_bytes() == first[job].path.read_bytes()


@pytest.mark.parametrize("job", JOBS)
def test_a_missing_source_is_told_with_its_remedy(builder: TreeBuilder, job: str) -> None:
    index = builder.index()
    with pytest.raises(MissingSourceError, match=r"run `index.ingest") as caught:
        write(index, job)
    assert "\n" not in str(caught.value)
    assert not (builder.root / DEFAULT_PATHS[job]).exists()


@pytest.mark.exhaustive(but=["(1, 3, 0, 2)"])
@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_the_bytes_do_not_tell_the_order_of_ingest_or_of_entries(
    root: Path,
    first: dict[str, WrittenFile],
    tmp_path: Path,
    empty_index: Path,
    order: tuple[int, ...],
) -> None:
    copied = tmp_path / "datasets"
    files = [path for part in ("lvis", "imagenet", "VisualGenome") for path in _below(root / part)]
    random.Random(str(order)).shuffle(files)
    for file in files:
        target = copied / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(file)
    shutil.copyfile(empty_index, copied / "ovmr.db")
    index = open_index(copied)
    places, missing = find_sources(copied)
    assert (len(places), missing) == (4, [])
    for i in order:
        index.ingest([places[i]])
    for job in JOBS:
        written = write(index, job, tmp_path / job)
        assert written.path.read_bytes() == first[job].path.read_bytes()


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
