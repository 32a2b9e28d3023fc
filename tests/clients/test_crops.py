"""Crops as objects: pixel by pixel what `export crops` writes, by every way to get them."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import datasets
import numpy as np
import pytest
from PIL import Image

from ovmr_index import CropShape, DrawOptions, Index
from ovmr_index.integrations import huggingface
from ovmr_index.integrations.torch import ExemplarDataset
from tests.support.exported_loader import loaded

DRAW = DrawOptions(k=2)


@pytest.fixture(scope="module")
def index(demo_index: Path) -> Iterator[Index]:
    """Open the index of the demo."""
    with Index.open(demo_index, create=False) as opened:
        yield opened


def files(index: Index, folder: Path, shape: CropShape) -> list[bytes]:
    """Return the files of crops in the order of the draw."""
    sample = index.sample(DRAW)
    index.exports.crops(sample, None, folder, shape=shape)
    return [
        next((folder / "all" / str(one.category_id)).glob(f"{shot}_*")).read_bytes()
        for one in sample
        for shot in range(len(one.exemplars))
    ]


@pytest.fixture(scope="module")
def written(index: Index, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return the files of the published crops."""
    return files(index, tmp_path_factory.mktemp("crops") / "crops", CropShape())


@pytest.fixture(scope="module")
def loader(index: Index, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Return the exported loader as a module."""
    return loaded(index.exports.loader(tmp_path_factory.mktemp("loader") / "ovmr_loader.py"))


@pytest.fixture(scope="module")
def sample_file(index: Index, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of the draw."""
    return index.exports.sample(DRAW, tmp_path_factory.mktemp("sample") / "sample.json").path


def pixels(content: bytes) -> Any:
    """Return the pixels of a file in RGB."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def check(written: list[bytes], images: list[Image.Image], *, is_whole: list[bool]) -> None:
    """Check that images, which are written as crops are where they are not whole, are the files."""
    assert len(images) == len(written) == 80
    for content, image, whole in zip(written, images, is_whole, strict=True):
        assert image.mode == "RGB"
        if whole:
            assert np.array_equal(np.asarray(image), pixels(content))
        else:
            output = io.BytesIO()
            image.save(output, "JPEG", quality=95)
            assert output.getvalue() == content


def test_those_of_torch(index: Index, written: list[bytes]) -> None:
    dataset = ExemplarDataset(index, DRAW)
    items = [dataset[i] for i in range(len(dataset))]
    whole = [one[2]["dataset"] == "imagenet21k" for one in items]
    assert {*whole} == {True, False}
    check(written, [image for image, *_ in items], is_whole=whole)


def test_those_of_a_shape(index: Index, tmp_path: Path) -> None:
    shape = CropShape(context=0.1, square=True, size=32)
    stored = files(index, tmp_path / "crops", shape)
    dataset = ExemplarDataset(index, DRAW, shape=shape)
    items = [dataset[i] for i in range(len(dataset))]
    assert {image.size for image, *_ in items} == {(32, 32)}
    check(stored, [image for image, *_ in items], is_whole=[False] * len(items))
    whole = next(one for _, _, one in items if one["dataset"] == "imagenet21k")
    with Image.open(index.root / "imagenet/imagenet21k_P" / whole["file_name"]) as image:
        assert whole["box"].tolist() == [0, 0, *image.size]
    made = huggingface.exemplars(index, DRAW, shape=shape, cache_dir=tmp_path / "cache")
    made = made.cast_column("image", datasets.Image(decode=False))
    assert [row["image"]["bytes"] for row in made] == stored


def test_those_of_the_exported_loader(
    index: Index, written: list[bytes], loader: ModuleType, sample_file: Path
) -> None:
    entries = [one for category in json.loads(sample_file.read_bytes()) for one in category]
    crops = loader.ExemplarDataset(str(sample_file), str(index.root))
    whole = [one["dataset"] == "imagenet21k" for one in entries]
    check(written, [image for image, *_ in crops], is_whole=whole)


def test_those_of_hugging_face_are_the_files(
    index: Index, written: list[bytes], tmp_path: Path
) -> None:
    dataset = huggingface.exemplars(index, DRAW, cache_dir=tmp_path)
    stored = dataset.cast_column("image", datasets.Image(decode=False))
    assert [row["image"]["bytes"] for row in stored] == written


def test_the_loader_says_of_exemplars_what_the_index_does(
    index: Index, loader: ModuleType, sample_file: Path
) -> None:
    names = index.root / "metadata/lvis_v1_train_cat_info.json"
    theirs = loader.ExemplarDataset(str(sample_file), str(index.root), categories=str(names))
    ours = ExemplarDataset(index, DRAW)
    assert theirs.label_names == ours.label_names
    for place in range(len(ours)):
        _, label, metadata = ours[place]
        _, other_label, other = theirs[place]
        assert label == other_label
        assert metadata.pop("box").tolist() == other.pop("box").tolist()
        assert metadata == other | {"split": metadata["split"]}
