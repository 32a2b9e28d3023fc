"""Leaks and near-duplicates are excluded in one step, and taken back in one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import MissingSourceError, UsageError
from tests.support.copied_tree import copied_builder
from tests.support.drawn import drawn
from tests.support.few_synsets import index_of_few_synsets
from tests.support.trees import TENCH_WNID, TreeBuilder, annotation, category, image

FOLDER = f"train/{TENCH_WNID}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return a builder of pictures in one pool: d is one of val, and b, c and e are alike.

    Its index is there, to be copied.
    """
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("found") / "datasets", few)
    builder.lvis(images=[image(1)], categories=[category(1)], annotations=[annotation(5)])
    builder.lvis("val", images=[image(9, "val2017")], categories=[category(1)], annotations=[])
    builder.file("coco/val2017/000000000009.jpg", drawn(4))
    builder.imagenet({FOLDER: []})
    seeds = {"a": 1, "b": 2, "c": 2, "d": 4, "e": 2, "f": 6}
    for name, seed in seeds.items():
        content = drawn(seed, quality=95 if name != "c" else 80)
        builder.file(f"imagenet/imagenet21k_P/{FOLDER}/{name}.JPEG", content)
    builder.file(f"imagenet/imagenet21k_P/{FOLDER}/g.JPEG", b"no picture")
    with builder.index() as opened:
        opened.ingest()
        opened.collate()
    return builder


@pytest.fixture
def index(made: TreeBuilder, tmp_path: Path) -> Iterator[Index]:
    """Return an index of them that one test alone writes into."""
    with copied_builder(made, tmp_path).index() as opened:
        yield opened


def _excluded(index: Index) -> list[str]:
    return sorted(Path(one.file_name).stem for one in index.curation.list(kind="exclude"))


@pytest.mark.slow
def test_leaks(index: Index) -> None:
    assert index.curation.exclude_leaks().changed == 0  # nothing was hashed yet
    index.pools.hash_possible_copies()
    assert index.curation.exclude_leaks("tench", author="me").changed == 1
    (mark,) = index.curation.list()
    assert (Path(mark.file_name).stem, mark.note) == ("d", "shows an image of LVIS val")
    assert index.curation.exclude_leaks().unchanged == 1
    index.curation.undo()
    assert index.curation.list() == []


@pytest.mark.slow
def test_near_duplicates(index: Index) -> None:
    change = index.curation.exclude_near_duplicates(note="again")
    assert (change.changed, _excluded(index)) == (2, ["c", "e"])
    assert any("g.JPEG" in note for note in change.notes)  # which cannot be read
    assert index.curation.exclude_near_duplicates()[1:3] == (0, 0)
    index.curation.undo()
    pool = {Path(one.file_name).stem: one for one in index.exemplars("tench")}
    index.curation.pin(pool["e"])
    index.curation.exclude_near_duplicates("tench")
    assert _excluded(index) == ["b", "c"]
    index.curation.clear([pool[name] for name in "bce"])
    index.curation.exclude(pool["b"])
    index.curation.exclude_near_duplicates()
    assert _excluded(index) == ["b", "e"]


@pytest.mark.slow
def test_what_cannot_be_found(index: Index) -> None:
    with pytest.raises(UsageError, match="there is no category 'x'"):
        index.curation.exclude_near_duplicates("x")
    index.sources.rm("lvis_v1_val")
    with pytest.raises(MissingSourceError, match="holds no LVIS val"):
        index.curation.exclude_leaks()
