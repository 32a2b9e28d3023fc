"""Parquet files that `datasets` itself wrote are read, and its rows are images of the index."""

import io
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, Features, Image, Sequence, Value, load_dataset
from datasets.table import embed_table_storage
from PIL import Image as Pillow

from ovmr_index import DrawOptions, Index
from ovmr_index.errors import RecordError
from ovmr_index.integrations.huggingface import exemplars

DRAW = DrawOptions(k=1, method="stable", on_shortage="take-all")
FILES = "SELECT file_name, synset, split FROM image_files WHERE source = 'mine' ORDER BY file_name"


def picture(number: int, kind: str) -> Pillow.Image:
    output = io.BytesIO()
    Pillow.new("RGB", (32 + number, 24), (number, 0, 0)).save(output, kind)
    return Pillow.open(output)


def held(index: Index) -> list[tuple[object, ...]]:
    with index.sql(FILES) as found:
        return [tuple(row) for row in found.rows]


@pytest.mark.parametrize("group", [None, 2])
def test_rows_of_datasets_are_images_of_the_index(tmp_path: Path, group: int | None) -> None:
    features = Features({"image": Image(), "label": ClassLabel(names=["mug", "cup"])})
    rows = [
        {"image": picture(number, "PNG" if number % 2 else "JPEG"), "label": number % 2}
        for number in range(7)
    ]
    rows += [{"image": None, "label": 1}, {"image": picture(9, "PNG"), "label": None}]
    folder = tmp_path / "parquet"
    (folder / "data").mkdir(parents=True)
    dataset = Dataset.from_list(rows, features)
    dataset.to_parquet(folder / "data" / "train-00000-of-00001.parquet", batch_size=group)
    index = Index.open(tmp_path, create=True)
    (report,) = index.ingest([index.sources.huggingface(folder, "mine")]).sources
    stem = "train-00000-of-00001"
    assert held(index) == [
        (f"data/{stem}/{label}/{stem}_{row}.{kind}", label, "train")
        for label, kind, numbers in (("cup", "png", (1, 3, 5)), ("mug", "jpg", (0, 2, 4, 6)))
        for row in numbers
    ]
    assert [one.reason for one in report.problems] == [
        "has no image",
        "images without a label in the column label: 1",
    ]
    assert index.sources.verify("decode").issues == []


def test_exemplars_come_back_with_their_labels_and_synsets(index: Index, tmp_path: Path) -> None:
    found = exemplars(index, DRAW, cache_dir=tmp_path / "cache")
    (tmp_path / "parquet").mkdir()
    found.to_parquet(tmp_path / "parquet" / "train.parquet")
    other = Index.open(tmp_path, create=True)
    (report,) = other.ingest([other.sources.huggingface(tmp_path / "parquet", "mine")]).sources
    assert (report.counts.added, report.problems) == (len(found), [])
    names = found.features["label"].names
    rows = zip(found["label"], found["synset"], strict=True)
    synsets = {names[label]: synset for label, synset in reversed([*rows])}
    assert {(Path(str(name)).parent.name, synset) for name, synset, _ in held(other)} == {
        *synsets.items()
    }


def test_boxes_are_refused(tmp_path: Path) -> None:
    objects = {"bbox": Sequence(Sequence(Value("float32"))), "category": Sequence(Value("int64"))}
    features = Features({"image": Image(), "objects": objects})
    row = {"image": picture(1, "PNG"), "objects": {"bbox": [[1, 2, 3, 4]], "category": [0]}}
    (tmp_path / "parquet").mkdir()
    Dataset.from_list([row], features).to_parquet(tmp_path / "parquet" / "train.parquet")
    index = Index.open(tmp_path, create=True)
    with pytest.raises(RecordError, match="its column objects holds boxes"):
        index.ingest([index.sources.huggingface(tmp_path / "parquet", "mine")])


@pytest.mark.slow
def test_an_imagefolder_comes_back_once_its_files_are_embedded(
    index: Index, tmp_path: Path
) -> None:
    index.exports.imagefolder(DRAW, tmp_path / "folder")
    found = load_dataset(str(tmp_path / "folder"), cache_dir=str(tmp_path / "cache"))["train"]
    (tmp_path / "parquet").mkdir()
    found.to_parquet(tmp_path / "parquet" / "train.parquet")
    other = Index.open(tmp_path, create=True)
    source = other.sources.huggingface(tmp_path / "parquet", "mine")
    (report,) = other.ingest([source]).sources
    assert (report.counts.added, len(report.problems)) == (0, found.num_rows)
    assert "holds the path of an image" in report.problems[0].reason
    embedded = found.with_format("arrow").map(embed_table_storage, batched=True).with_format(None)
    embedded.to_parquet(tmp_path / "parquet" / "train.parquet")
    (report,) = other.ingest([source]).sources
    assert (report.counts.added, report.problems) == (found.num_rows, [])
