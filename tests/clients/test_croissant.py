"""What `export croissant` writes, validated and read by `mlcroissant`."""

import json
import logging
from pathlib import Path
from typing import Any

import mlcroissant
import pytest
from mlcroissant._src.operation_graph.operations import extract

from ovmr_index import DrawOptions, Index, WebDatasetOptions

DRAW = DrawOptions(k=2)

# `mlcroissant` calls what `rdflib` is going to drop, and leaves images open.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let shards be unpacked below the folder of the test."""
    monkeypatch.setattr(extract, "EXTRACT_PATH", type(extract.EXTRACT_PATH)(tmp_path / "extract"))


def _opened(path: Path, caplog: pytest.LogCaptureFixture) -> Any:
    """Open a description that has neither errors nor warnings."""
    with caplog.at_level(logging.WARNING):
        dataset = mlcroissant.Dataset(jsonld=str(path))
    assert caplog.messages == []
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    return dataset


def _records(dataset: Any, name: str) -> list[dict[str, Any]]:
    """Return the records of a set as `metadata.jsonl` has them."""
    return [
        {
            key.removeprefix(f"{name}/"): value.decode() if isinstance(value, bytes) else value
            for key, value in record.items()
        }
        for record in dataset.records(name)
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_records_of_a_sample(
    index: Index, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = index.exports.croissant(DRAW, tmp_path / "two.json").path
    dataset = _opened(path, caplog)
    assert dataset.metadata.name == DRAW.made_name()
    assert _records(dataset, "exemplars") == _lines(tmp_path / "two.jsonl")


def test_crops_with_their_images(
    index: Index, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = index.exports.imagefolder(DRAW, tmp_path / "crops").folder
    dataset = _opened(index.exports.croissant(DRAW, folder=folder).path, caplog)
    records = _records(dataset, "exemplars")
    assert records == _lines(folder / "metadata.jsonl")
    images = {one["file_name"]: one["image"] for one in _records(dataset, "images")}
    assert images.keys() == {one["file_name"] for one in records}
    assert all(image.mode == "RGB" for image in images.values())


def test_shards_with_their_images(
    index: Index, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    options = WebDatasetOptions(shard_size=50)
    folder = index.exports.webdataset(DRAW, tmp_path / "shards", options=options).folder
    dataset = _opened(index.exports.croissant(DRAW, folder=folder).path, caplog)
    records = _records(dataset, "exemplars")
    assert records == _lines(tmp_path / "shards.jsonl")
    images = {one["file_name"] for one in _records(dataset, "images")}
    assert images == {one["file_name"] for one in records}
    assert len(images) == 80


def test_a_file_that_has_changed_is_refused(index: Index, tmp_path: Path) -> None:
    path = index.exports.croissant(DRAW, tmp_path / "two.json").path
    with (tmp_path / "two.jsonl").open("ab") as lines:
        lines.write(b"\n")
    dataset = mlcroissant.Dataset(jsonld=str(path))
    with pytest.raises(mlcroissant.GenerationError, match=r"Download\(record-file\)"):
        list(dataset.records("exemplars"))
