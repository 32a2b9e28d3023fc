"""What vanishes, or gets another name, takes its own exemplars out of the pools and no others."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from tests.support.contents import assert_sound, rows_of
from tests.support.copied_tree import fill
from tests.support.trees import (
    APPLE,
    APPLE_WNID,
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

HELD = """
    SELECT vocabulary, category, dataset, region_id, file_name FROM vocabulary_exemplars
    ORDER BY vocabulary, category_id, position"""
CLASSES = "imagenet/imagenet21k_P/train"


def _held(index: Index) -> list[tuple[Any, ...]]:
    """Return the exemplars of pools: vocabulary, category, dataset, and its id or its file."""
    return [
        (*rest, file if region_id is None else region_id)
        for *rest, region_id, file in rows_of(index, HELD)
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> TreeBuilder:
    """Return a tree with an index of four datasets and pools of two vocabularies: to be copied."""
    builder = TreeBuilder(tmp_path_factory.mktemp("made") / "datasets", empty_index)
    builder.lvis(
        categories=[category(1), category(2, APPLE)],
        images=[image(1), image(2)],
        annotations=[annotation(1), annotation(2, image_id=2), annotation(3, category_id=2)],
    )
    builder.imagenet(
        {f"train/{TENCH_WNID}": ["a.JPEG", "b.JPEG"], f"train/{APPLE_WNID}": ["c.JPEG"]}
    )
    builder.visual_genome(vg_objects(7, vg_object(1, TENCH), vg_object(2, APPLE)))
    for path in ("apple.n.01/1.jpg", "mug/2.jpg", "mug/3.jpg"):
        builder.file(f"mine/{path}", b"")
    with builder.index() as index:
        index.ingest()
        index.ingest([index.sources.folder(builder.root / "mine", "mine")])
        for vocabulary in ("lvis_v1_train", "mine"):
            index.collate(vocabulary=vocabulary)
    return builder


@pytest.fixture
def index(builder: TreeBuilder, made: TreeBuilder) -> Index:
    """Return an index with pools of two vocabularies, from four datasets."""
    fill(builder, made)
    return builder.index()


def _ingest(index: Index) -> list[str]:
    return [note for source in index.ingest().sources for note in source.notes if "pools" in note]


def _states(index: Index) -> dict[str, str]:
    return {one.name: one.pools for one in index.status().vocabularies}


def _assert_gone(index: Index, before: list[tuple[object, ...]], dataset: str, key: object) -> None:
    """Assert that these alone are gone, that all pools are stale, and are made again when used."""
    left = [row for row in before if row[2:] != (dataset, key)]
    assert len(left) < len(before)
    assert _held(index) == left
    assert_sound(index)
    assert set(_states(index).values()) == {"stale"}
    used = {
        name: sum(one.total for one in index.coverage(vocabulary=name)) for name in _states(index)
    }
    assert set(_states(index).values()) == {"fresh"}
    after = _held(index)
    assert used == {name: sum(row[0] == name for row in after) for name in used}


def test_one_image_of_a_tree(index: Index) -> None:
    before = _held(index)
    (index.root / CLASSES / TENCH_WNID / "a.JPEG").unlink()
    assert _ingest(index) == ["1 exemplar of the pools goes with what vanishes"]
    _assert_gone(index, before, "imagenet21k", f"train/{TENCH_WNID}/a.JPEG")


@pytest.mark.exhaustive  # as `test_one_image_of_a_tree`
def test_one_class_of_a_tree(index: Index) -> None:
    before = _held(index)
    shutil.rmtree(index.root / CLASSES / APPLE_WNID)
    assert _ingest(index) == ["2 exemplars of the pools go with what vanishes"]
    _assert_gone(index, before, "imagenet21k", f"train/{APPLE_WNID}/c.JPEG")


@pytest.mark.exhaustive  # as `test_one_image_of_a_file_with_its_boxes`
def test_one_annotation(index: Index, builder: TreeBuilder) -> None:
    before = _held(index)
    builder.lvis(
        categories=[category(1), category(2, APPLE)],
        images=[image(1), image(2)],
        annotations=[annotation(1), annotation(3, category_id=2)],
    )
    assert _ingest(index) == ["1 exemplar of the pools goes with what vanishes"]
    _assert_gone(index, before, "lvis", 2)


def test_one_image_of_a_file_with_its_boxes(index: Index, builder: TreeBuilder) -> None:
    before = _held(index)
    builder.lvis(
        categories=[category(1), category(2, APPLE)],
        images=[image(1)],
        annotations=[annotation(1), annotation(3, category_id=2)],
    )
    assert _ingest(index) == ["1 exemplar of the pools goes with what vanishes"]
    _assert_gone(index, before, "lvis", 2)


def test_one_object(index: Index, builder: TreeBuilder) -> None:
    before = _held(index)
    builder.visual_genome(vg_objects(7, vg_object(2, APPLE)))
    assert _ingest(index) == ["1 exemplar of the pools goes with what vanishes"]
    _assert_gone(index, before, "visual_genome", 1)


def test_one_category(index: Index, builder: TreeBuilder) -> None:
    before = _held(index)
    builder.lvis(
        categories=[category(1)],
        images=[image(1), image(2)],
        annotations=[annotation(1), annotation(2, image_id=2)],
    )
    count = sum(row[:2] == ("lvis_v1_train", "apple") or row[2:] == ("lvis", 3) for row in before)
    assert _ingest(index) == [f"{count} exemplars of the pools go with what vanishes"]
    assert [row for row in _held(index) if row[1] == "apple"] == []


def test_a_category_of_another_name(index: Index, builder: TreeBuilder) -> None:
    before = _held(index)
    builder.lvis(
        categories=[category(1, name="pike"), category(2, APPLE)],
        images=[image(1), image(2)],
        annotations=[annotation(1), annotation(2, image_id=2), annotation(3, category_id=2)],
    )
    count = sum(row[:2] == ("lvis_v1_train", "tench") for row in before)
    assert _ingest(index) == [
        f"{count} exemplars of the pools go with the names of their categories"
    ]
    assert _held(index) == [row for row in before if row[1] != "tench"]
    assert set(_states(index).values()) == {"stale"}


def test_classes_that_another_one_shifts(index: Index, builder: TreeBuilder) -> None:
    before = _held(index)
    builder.file("mine/aaa/4.jpg", b"")
    count = sum(row[0] == "mine" for row in before)
    assert _ingest(index) == [
        f"{count} exemplars of the pools go with the names of their categories"
    ]
    assert _held(index) == [row for row in before if row[0] != "mine"]
    assert set(_states(index).values()) == {"stale"}
