"""Numbers in the index that no file can have: one line, no traceback, and nothing is written."""

import shutil
import warnings
from functools import partial
from pathlib import Path

import pytest

from ovmr_index import DrawOptions
from tests.support.once import made_once
from tests.support.runs import call
from tests.support.tampering import damage, infinite
from tests.support.trees import TENCH, TreeBuilder, annotation, image, vg_object, vg_objects

pytestmark = pytest.mark.slow

BOX = "that a file can have; run `ovmr-index ingest --rehash`, which reads it again"
POOL_BOX = "a box that no file can have; run `ovmr-index ingest --rehash`, which reads it again"
WEIGHT = "pool_entries.weight holds what no box has; run `ovmr-index collate`"
STABLE = ("--method", "stable")
# PostgreSQL keeps no text in a column of numbers.
_of_sqlite = partial(pytest.param, marks=pytest.mark.sqlite_only)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Path:
    """Return a tree with an index whose pools are boxes alone: read only."""

    def make(root: Path) -> None:
        builder = TreeBuilder(root, few_synsets)
        builder.lvis(images=[image(1)], annotations=[annotation(1), annotation(2), annotation(3)])
        builder.visual_genome(vg_objects(5, vg_object(1, TENCH)))
        builder.pictures("coco/train2017/000000000001.jpg")
        index = builder.index()
        index.ingest()
        index.collate()
        index.sample(DrawOptions(k=2), name="two")
        index.close()

    return made_once(tmp_path_factory, "tree of boxes", make)


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """Return the root of an index that the test may damage."""
    return shutil.copytree(made, tmp_path / "tree")


@pytest.mark.parametrize(
    "draw",
    [
        ("-K", 1),
        ("-K", 1, *STABLE),
        pytest.param(("-K", 9, "--on-shortage", "repeat"), marks=pytest.mark.exhaustive),
        pytest.param(("-K", 1, *STABLE, "--per-image", 1), marks=pytest.mark.exhaustive),
        pytest.param(("-K", 1, "--per-image", 1), marks=pytest.mark.exhaustive),
        ("-K", 1, "--weight", "side"),
    ],
)
def test_weights_of_pools(root: Path, draw: tuple[object, ...]) -> None:
    for value in ("1e308", "9e999", "-9e999"):
        weight = value.replace("9e999", infinite(root))
        damage(root, f"UPDATE pool_entries SET weight = {weight} WHERE position IN (0, 1)")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            done = call("sample", "--name", "new", *draw, root=root)
        if done.code == 1:
            assert done.error.endswith(WEIGHT), value
        else:  # the side is that of the box
            assert done.code == 0, value
            assert value.startswith("-")
            assert "side" in draw


@pytest.mark.parametrize(
    ("change", "command", "said"),
    [
        ("SET w = 1e308", "collate", POOL_BOX),
        ("SET w = 1e308, h = 1e308", "collate", POOL_BOX),
        ("SET h = 9e999", "collate", POOL_BOX),
        ("SET w = -9e999, area = 9e9", "collate", POOL_BOX),
        ("SET x = 9e999", "export exemplars", BOX),
        _of_sqlite("SET y = 'top'", "export exemplars", BOX),
        _of_sqlite("SET w = 'wide'", "export sample --name two", BOX),
        _of_sqlite("SET x = 'left'", "export crops --name two", BOX),
        ("SET x = 9e999", "export crops --name two", BOX),
    ],
)
def test_boxes(root: Path, change: str, command: str, said: str) -> None:
    damage(root, f"UPDATE regions {change}".replace("9e999", infinite(root)))
    before = sorted(root.rglob("*.json"))
    done = call(*command.split(), root=root)
    assert done.code == 1
    assert done.error.startswith("ovmr-index: error: the index is damaged: ")
    assert done.error.endswith(said)
    assert sorted(root.rglob("*.json")) == before


@pytest.mark.usefixtures("few_are_checked")
def test_what_to_type_helps(root: Path) -> None:
    damage(root, "UPDATE regions SET w = 1e308; UPDATE pool_entries SET weight = 1e308")
    checked = call("db", "check", root=root)
    assert checked.code == 1
    assert "a box or an area that is no number that a file can have: 4 times" in checked.err
    assert "a weight of a pool that no box has: 4 times" in checked.err
    assert "locked" not in checked.err
    assert call("ingest", "--rehash", root=root).code == 0
    assert call("collate", root=root).code == 0
    assert call("db", "check", root=root).out == "the index is sound\n"
