"""Datasets of Hugging Face: rows, features, and a cache that follows the index."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import ClassLabel, Image

from ovmr_index import BoxOptions, Index, OvmrIndexError, UsageError
from ovmr_index.images.header import ImageError
from ovmr_index.integrations.huggingface import boxes, exemplars
from tests.support.boxed_trees import ALL, EMPTY, LARGER, PLAIN, TURNED, TWO_BOXES, noise
from tests.support.boxed_trees import boxed_index as make_boxed_index


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Return the index of a tree with images of every kind."""
    with make_boxed_index(tmp_path / "datasets") as opened:
        yield opened


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return a folder for the rows."""
    return tmp_path / "cache"


def test_a_row_of_an_exemplar(boxed: Index, cache: Path) -> None:
    dataset = exemplars(boxed, ALL, cache_dir=cache)
    assert dataset.features["label"] == ClassLabel(names=["apple", "basket", "tench"])
    row: dict[str, Any] = dataset[0]
    assert row.pop("image").size == (53, 48)
    assert row == {
        "label": 0,
        "category_id": 3,
        "category": "apple",
        "synset": "apple.n.01",
        "dataset": "lvis",
        "split": "train",
        "file_name": f"train2017/{TWO_BOXES:012}.jpg",
        "image_id": TWO_BOXES,
        "region_id": 11,
        "bbox": [4, 4, 40.5, 36],
        "weight": 1458.0,
    }
    whole = next(one for one in dataset if one["dataset"] == "imagenet21k")
    assert [whole[name] for name in ("image_id", "region_id", "bbox")] == [None] * 3
    assert len(dataset) == 13


def test_a_row_of_an_image(boxed: Index, cache: Path) -> None:
    dataset = boxes(boxed, cache_dir=cache)
    assert dataset["image_id"][:] == [PLAIN, TWO_BOXES, EMPTY, TURNED, LARGER]
    row: dict[str, Any] = dataset[1]
    path = boxed.root / f"coco/train2017/{TWO_BOXES:012}.jpg"
    with dataset[1]["image"] as image:
        assert np.asarray(image).shape == (48, 64, 3)
    assert row | {"image": None} == {
        "image": None,
        "image_id": TWO_BOXES,
        "width": 64,
        "height": 48,
        "objects": {
            "id": [11, 10],
            "area": [1440.5, 1440.5],
            "bbox": [[4, 4, 40.5, 36]] * 2,
            "category": [1, 0],
            "iscrowd": [True, False],
        },
    }
    stored = dataset.cast_column("image", Image(decode=False))[1]["image"]
    assert (stored["bytes"], stored["path"]) == (None, str(path.absolute()))
    labels = dataset.features["objects"]["category"].feature
    assert labels.int2str([0, 1, 2]) == ["tench", "apple", "basket"]
    assert dataset[2]["objects"]["bbox"] == []


def test_rows_are_made_once_and_again_after_a_change(index: Index, cache: Path) -> None:
    def files() -> set[Path]:
        return {*cache.rglob("*.arrow")}

    boxes(index, cache_dir=cache)
    exemplars(index, ALL, cache_dir=cache)
    first = files()
    assert len(first) == 2
    boxes(index, cache_dir=cache)
    exemplars(index, ALL, cache_dir=cache)
    assert files() == first
    file = index.root / "lvis/lvis_v1_train.json"
    file.write_text(file.read_text().replace("1440.5", "1440.25"))
    index.ingest()
    changed = boxes(index, cache_dir=cache)
    assert changed[1]["objects"]["area"] == [1440.25, 1440.25]
    path = index.root / f"coco/train2017/{TWO_BOXES:012}.jpg"
    path.write_bytes(noise(1))
    exemplars(index, ALL, cache_dir=cache)
    assert len(files()) == 4


def test_what_is_wrong_is_said_in_one_line(index: Index, cache: Path) -> None:
    with pytest.raises(UsageError, match="there is no sample 'absent'"):
        exemplars(index, "absent", cache_dir=cache)
    with pytest.raises(UsageError, match="there is no source 'absent'"):
        boxes(index, BoxOptions(source="absent"), cache_dir=cache)
    nothing = "there are no rows, of which datasets makes nothing; give other images"
    with pytest.raises(OvmrIndexError, match=nothing):
        exemplars(index, [])
    path = index.root / f"coco/train2017/{TWO_BOXES:012}.jpg"
    path.unlink()
    with pytest.raises(ImageError, match=rf"{path.name}: No such file or directory; check the"):
        exemplars(index, ALL, cache_dir=cache)
