"""A class in train and among the small classes: the latter's files alone count, and it is said."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.pools.candidate_queries import Reason
from ovmr_index.pools.left_out import LeftOut
from ovmr_index.pools.recipe import Recipe, Step
from tests.support.copied_tree import copied_builder
from tests.support.few_synsets import index_of_few_synsets
from tests.support.runs import call
from tests.support.trees import APPLE, APPLE_WNID, TENCH, TENCH_WNID, TreeBuilder, category

pytestmark = pytest.mark.slow

SMALL = "imagenet21k_small_classes"
TREE = "imagenet/imagenet21k_P"
SAID = f"15 images of train left: pools take {SMALL} alone for 1 class in both: {TENCH_WNID}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> TreeBuilder:
    """Return a builder of 15 images of a class in train, 2 of which are small classes' too.

    Its index is there, to be copied.
    """
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("small") / "datasets", few)
    builder.lvis(categories=[category(1), category(2, APPLE)], annotations=[])
    names = [f"{number}.JPEG" for number in range(15)]
    builder.imagenet(
        {
            f"train/{TENCH_WNID}": names,
            f"{SMALL}/{TENCH_WNID}": names[:2],
            f"train/{APPLE_WNID}": names[:12],
            f"val/{APPLE_WNID}": names[:1],
        }
    )
    with builder.index() as index:
        index.ingest()
    return builder


@pytest.fixture(scope="module")
def index(made: TreeBuilder) -> Index:
    """Return that index; tests make its pools first."""
    return made.index()


def test_images_of_train_are_candidates_that_are_no_exemplars(index: Index) -> None:
    index.collate()
    assert {one.file_name.split("/")[0] for one in index.exemplars(1)} == {SMALL}
    left = {(row.category_id, row.reason.value): row for row in index.pools.left_out()}
    of_train = LeftOut(1, TENCH, "imagenet21k", Reason.SMALL_CLASS, 15)
    assert left[1, "small_class"] == of_train
    assert {key: row.candidates for key, row in left.items()} == {
        (1, "small_class"): 15,
        (2, "split"): 1,
    }
    shown = call("coverage", "--why", root=index.root)
    assert f"15 of train whose class {SMALL} has too" in shown.err


def test_collate_names_the_classes(index: Index) -> None:
    of_short = f"candidates that are no exemplars: 15 of train whose class {SMALL} has too; see"
    done = call("collate", root=index.root)
    assert SAID in done.err
    assert of_short in done.err
    assert "14 exemplars for 2 categories" in done.out
    assert of_short in call("coverage", root=index.root).err
    assert call("collate", "--few", "0", root=index.root).err == SAID


def test_nothing_is_said_of_other_trees(made: TreeBuilder, tmp_path: Path) -> None:
    builder = copied_builder(made, tmp_path)
    index = builder.index()
    shutil.rmtree(builder.root / TREE / SMALL / TENCH_WNID)
    builder.touch(builder.root / TREE / SMALL)
    index.ingest()
    done = call("collate", root=index.root)
    assert "27 exemplars" in done.out
    assert "train" not in done.err


def test_nothing_is_said_of_classes_that_no_step_takes(index: Index) -> None:
    step = Step(take="pictures", dataset="imagenet21k", never=(TENCH,))
    index.collate(Recipe(steps=(step,)))
    assert index.pools.left_by_class() == ""
