"""A dataset is taken out with all that hangs on it; the rest is as if it had never been there."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.errors import UsageError
from tests.support.contents import assert_as_fresh, assert_sound, contents, rows_of
from tests.support.copied_tree import copied_builder
from tests.support.tars import to_class_tars
from tests.support.trees import (
    APPLE,
    TENCH,
    TENCH_WNID,
    TreeBuilder,
    annotation,
    category,
    image,
    vg_object,
    vg_objects,
)

pytestmark = pytest.mark.slow

FILES = {
    "lvis": ["lvis"],
    "lvis_v1_val": ["lvis/lvis_v1_val.json"],
    "imagenet21k": ["imagenet"],
    "visual_genome": ["VisualGenome"],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree of four sources, with an index, collated, with a sample: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", empty_index)
    marks = [image(1, neg_category_ids=[2]), image(2)]
    builder.lvis(categories=[category(1), category(2, APPLE)], images=marks)
    builder.lvis("val", annotations=[annotation(4)])
    builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"]})
    builder.visual_genome(vg_objects(1, vg_object(5, TENCH), vg_object(6, TENCH, APPLE)))
    with builder.index() as index:
        index.ingest()
        index.collate()
        index.sample(DrawOptions(k=4, on_shortage="take-all"), name="four")
    return builder


@pytest.fixture
def builder(made: TreeBuilder, tmp_path: Path) -> TreeBuilder:
    """Return the tree with its index."""
    return copied_builder(made, tmp_path)


@pytest.fixture
def index(builder: TreeBuilder) -> Index:
    """Return an index of four sources, collated, with a sample."""
    return builder.index()


@pytest.mark.exhaustive(beyond=1)  # a tree is taken out below, and so is each of them
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sources", "counts"),
    [
        ("lvis", ["lvis_v1_train", "lvis_v1_val"], (3, 2, 4)),
        ("lvis_v1_val", ["lvis_v1_val"], (1, 1, 0)),
        ("imagenet21k", ["imagenet21k"], (2, 0, 2)),
        ("visual_genome", ["visual_genome"], (1, 2, 1)),
    ],
)
def test_the_rest_is_as_fresh(
    builder: TreeBuilder,
    index: Index,
    empty_index: Path,
    name: str,
    sources: list[str],
    counts: tuple[int, int, int],
) -> None:
    held = index.samples.show("four").picks
    rows = contents(index)
    assert index.sources.rm(name, dry_run=True) == index.sources.rm(name, dry_run=True)
    assert contents(index) == rows
    removal = index.sources.rm(name)
    assert list(removal.sources) == sources
    assert (removal.images, removal.regions, removal.exemplars) == counts
    assert removal.rows > sum(counts)
    for path in FILES[name]:
        gone = builder.root / path
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    assert_as_fresh(builder, index, empty_index)
    assert index.samples.show("four").picks == held


def test_a_tree_in_tars(builder: TreeBuilder, empty_index: Path) -> None:
    builder.lvis()
    to_class_tars(builder.imagenet({f"train/{TENCH_WNID}": ["a.JPEG"]}).path)
    index = builder.index()
    index.ingest()
    index.sources.rm("imagenet21k")
    assert rows_of(index, "SELECT * FROM archives") == []
    shutil.rmtree(builder.root / "imagenet")
    assert_as_fresh(builder, index, empty_index)


def test_all_of_it_and_again(builder: TreeBuilder, index: Index) -> None:
    rows = contents(index)
    for name in ("lvis", "imagenet21k", "visual_genome"):
        index.sources.rm(name)
        assert_sound(index)
    assert rows_of(index, "SELECT * FROM sources UNION ALL SELECT * FROM sources") == []
    index.ingest()
    assert contents(index) == rows


def test_pools_are_stale_though_the_source_is_back(index: Index) -> None:
    pool = index.exemplars(1)
    index.sources.rm("visual_genome")
    index.ingest()
    assert index.status().pools == "stale"
    assert index.exemplars(1) == pool


def test_a_name_that_is_not_there(index: Index) -> None:
    message = "there is no dataset 'lvis_v1'; did you mean 'lvis_v1_val' or 'lvis_v1_train'?"
    with pytest.raises(UsageError, match=message):
        index.sources.rm("lvis_v1")
