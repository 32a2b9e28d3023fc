"""What `export imagefolder` writes, read by `datasets` and by torchvision."""

from pathlib import Path
from typing import Any

import datasets
import pytest
from datasets.data_files import DataFilesDict, get_data_patterns
from torchvision.datasets import ImageFolder

from ovmr_index import CropShape, DrawOptions, Index
from ovmr_index.export.crop_records import ClassRecord, CropRecord
from ovmr_index.export.forms.class_folders import class_folders

DRAW = DrawOptions(k=3)


@pytest.fixture(scope="module")
def folder(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return crops of three exemplars a category, 32 pixels square."""
    with Index.open(demo_index, create=False) as index:
        path = tmp_path_factory.mktemp("crops")
        return index.exports.imagefolder(DRAW, path, shape=CropShape(square=True, size=32)).folder


@pytest.fixture(autouse=True)
def no_bars() -> None:
    """Print no progress."""
    datasets.disable_progress_bars()


def test_hugging_face_reads_names_and_all_that_is_known(folder: Path, tmp_path: Path) -> None:
    loaded = datasets.load_dataset(
        "imagefolder", data_dir=str(folder), split="train", cache_dir=str(tmp_path)
    )
    assert loaded.column_names == ["image", *CropRecord._fields[1:]]
    assert len(loaded) == 120
    assert loaded.features["label"].dtype == "int64"
    assert loaded.features["category"].dtype == "string"
    assert loaded.features["bbox"].feature.dtype == "float64"
    goldfish = loaded.filter(lambda row: row["synset"] == "goldfish.n.01")
    assert {*goldfish["category"]} == {"goldfish"}
    assert all(image.size == (32, 32) for image in goldfish["image"])


def test_torchvision_reads_names(folder: Path) -> None:
    loaded = ImageFolder(str(folder))
    assert len(loaded) == 120
    assert "goldfish" in loaded.classes
    assert "car_(automobile)" in loaded.classes
    image, label = loaded[0]
    assert (image.size, loaded.classes[label]) == ((32, 32), "apple")


def test_no_name_of_a_class_is_taken_for_a_split(tmp_path: Path) -> None:
    names = ["train", "bullet_train", "train_(railroad_vehicle)", "test-tube", "my.val", "dev 2"]
    names += ["railcar_(part_of_a_train)", "evaluation", "testing0", "apple", "[test]"]
    classes = [ClassRecord(i, name, name, None, i) for i, name in enumerate(names)]
    for name in class_folders(classes, "name").values():
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.jpg").write_bytes(b"")
    (tmp_path / "metadata.jsonl").write_bytes(b"")
    patterns = get_data_patterns(str(tmp_path))
    files: Any = DataFilesDict.from_patterns(patterns, base_path=str(tmp_path))
    assert {split: len(paths) for split, paths in files.items()} == {"train": len(names) + 1}
