"""Shards that `webdataset` itself wrote are read, and its samples are those of the index."""

import gc
from pathlib import Path

import pytest
import webdataset as wds
from PIL import Image

from ovmr_index import Index

# `webdataset` leaves its shards to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CLASSES = ("mug", "cup")


def write_shards(folder: Path) -> None:
    folder.mkdir()
    pattern = f"{folder}/train-%06d.tar"
    with wds.ShardWriter(pattern, maxcount=3, verbose=0) as shards:
        for number in range(7):
            image = Image.new("RGB", (32 + number, 24), (number, 0, 0))
            label = {"label": number % 2, "category": CLASSES[number % 2]}
            shards.write(
                {"__key__": f"{number:06}", "jpg": image, "json": label, "cls": number % 2}
            )


def test_samples_of_webdataset_are_images_of_the_index(tmp_path: Path) -> None:
    write_shards(tmp_path / "shards")
    index = Index.open(tmp_path, create=True)
    index.ingest([index.sources.webdataset(tmp_path / "shards", "mugs")])
    query = "SELECT file_name, synset, split FROM image_files ORDER BY file_name"
    with index.sql(query) as found:
        held = {tuple(row) for row in found.rows}
    shards = sorted(map(str, (tmp_path / "shards").glob("*.tar")))
    samples = list(wds.WebDataset(shards, shardshuffle=False).decode("pil"))
    gc.collect()  # here, where the warnings are expected
    assert held == {
        (
            f"{Path(one['__url__']).stem}/{one['json']['category']}/{one['__key__']}.jpg",
            one["json"]["category"],
            "train",
        )
        for one in samples
    }
    assert len(held) == 7
    assert index.sources.verify("decode").issues == []
