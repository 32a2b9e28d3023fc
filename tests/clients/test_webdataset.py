"""What `export webdataset` writes, read by `webdataset` with two workers and by `datasets`."""

from pathlib import Path
from typing import Any

import datasets
import pytest
import torch
import webdataset

from ovmr_index import CropShape, DrawOptions, Index, WebDatasetOptions
from ovmr_index.export.crop_records import CropRecord

DRAW = DrawOptions(k=3)

# `webdataset` and `datasets` leave the last shard that they read open.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def shards(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return four shards of 32-pixel squares, three of each category."""
    options = WebDatasetOptions(shard_size=30, shape=CropShape(square=True, size=32))
    with Index.open(demo_index, create=False) as index:
        folder = tmp_path_factory.mktemp("shards")
        written = index.exports.webdataset(DRAW, folder, options=options)
    return [str(path) for path in sorted(written.folder.glob("*.tar"))]


def _read(shards: list[str]) -> Any:
    found = webdataset.WebDataset(shards, shardshuffle=False).decode("pil")
    return found.to_tuple("jpg", "json", "cls", "__key__")


def test_webdataset_reads_every_sample_in_order(shards: list[str]) -> None:
    assert len(shards) == 4
    samples = list(_read(shards))
    assert [key for *_, key in samples] == [f"{i:08}" for i in range(120)]
    for image, record, label, key in samples:
        assert image.size == (32, 32)
        assert tuple(record) == CropRecord._fields
        assert (record["label"], record["file_name"]) == (label, f"{key}.jpg")


def test_two_workers_share_the_shards(shards: list[str]) -> None:
    def as_tensors(sample: tuple[Any, ...]) -> tuple[torch.Tensor, int]:
        image, _, label, _ = sample
        return torch.tensor(list(image.tobytes()), dtype=torch.uint8), label

    loader = torch.utils.data.DataLoader(
        _read(shards).map(as_tensors), batch_size=10, num_workers=2
    )
    labels = torch.cat([labels for _, labels in loader]).tolist()
    expected = sorted(label for _, _, label, _ in _read(shards))
    assert sorted(labels) == expected


def test_records_become_a_batch(shards: list[str]) -> None:
    records = [record for _, record, *_ in _read(shards)]
    batch = torch.utils.data.default_collate(records[:8])
    assert batch["label"].shape == (8,)
    assert [side.shape for side in batch["bbox"]] == [(8,)] * 4


@pytest.mark.parametrize("streaming", [False, True])
def test_hugging_face_reads_the_folder(shards: list[str], tmp_path: Path, streaming: bool) -> None:
    datasets.disable_progress_bars()
    loaded = datasets.load_dataset(
        "webdataset",
        data_dir=str(Path(shards[0]).parent),
        split="train",
        streaming=streaming,
        cache_dir=str(tmp_path),
    )
    rows = list(loaded)
    assert len(rows) == 120
    assert all(len(row["json"]["bbox"]) == 4 for row in rows)
    assert all(row["json"]["label"] == row["cls"] for row in rows)
    assert rows[0]["jpg"].size == (32, 32)


def test_hugging_face_reads_boxes_after_whole_images(demo_index: Path, tmp_path: Path) -> None:
    datasets.disable_progress_bars()
    with Index.open(demo_index, create=False) as index:
        drawn = index.sample(DrawOptions(k=6))
        kinds = [one.x is None for category in drawn for one in category.exemplars]
        assert {*kinds} == {True, False}
        folder = index.exports.webdataset(DrawOptions(k=6), tmp_path / "out").folder
    loaded = datasets.load_dataset(
        "webdataset",
        data_files=f"{folder}/*.tar",
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )
    assert [record["region_id"] == -1 for record in loaded["json"]] == kinds
