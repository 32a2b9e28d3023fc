"""`export croissant`: files, fields, licences and provenance of a sample."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index, WebDatasetOptions, __version__
from ovmr_index.errors import OvmrIndexError, ProtectedPathError, UsageError
from ovmr_index.export.crop_records import CropRecord
from ovmr_index.export.forms.croissant_fields import FIELDS
from tests.support.copied_tree import copied_tree
from tests.support.small_samples import DRAW, small_index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index with the sample `three`: read only."""
    return small_index(tmp_path_factory.mktemp("sampled") / "datasets", empty_index)


@pytest.fixture(scope="module")
def crops(index: Index) -> Path:
    """Return a folder of the crops of the sample."""
    return index.exports.imagefolder("three").folder


def _read(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_bytes())
    assert isinstance(found, dict)
    return found


def _files(document: dict[str, Any]) -> dict[str, Any]:
    return {one["@id"]: one for one in document["distribution"]}


def test_every_column_is_described() -> None:
    assert tuple(FIELDS) == CropRecord._fields


@pytest.mark.slow
def test_the_records_of_a_sample(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "three.json"
    assert index.exports.croissant("three", path) == (path, 9, (), ())
    lines = (tmp_path / "three.jsonl").read_bytes()
    records = [json.loads(line) for line in lines.splitlines()]
    assert [tuple(one) for one in records] == [CropRecord._fields] * 9
    index.exports.images(index.samples.load("three"), tmp_path / "images")
    assert all((tmp_path / "images" / one["file_name"]).is_file() for one in records)
    assert _files(_read(path)) == {
        "record-file": {
            "@type": "cr:FileObject",
            "@id": "record-file",
            "name": "three.jsonl",
            "contentUrl": "three.jsonl",
            "contentSize": f"{len(lines)} B",
            "encodingFormat": "application/jsonlines",
            "sha256": hashlib.sha256(lines).hexdigest(),
        }
    }


def test_what_is_said_of_a_sample(index: Index, crops: Path) -> None:
    document = _read(index.exports.croissant("three", folder=crops).path)
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert document["description"] == (
        "9 exemplars of 3 categories of lvis_v1_train, at most 3 each, drawn by method numpy with"
        " seed 42, from imagenet21k, lvis, visual_genome"
    )
    assert document["datePublished"] == "2020"
    assert [one["name"] for one in document["creator"]] == ["ImageNet", "LVIS", "Visual Genome"]
    assert len(document["license"]) == 2
    assert all(word in document["citeAs"] for word in ("gupta2019lvis", "deng2009", "krishna2017"))
    draw = document["prov:wasGeneratedBy"]
    assert draw["name"] == f"draw by ovmr-index {__version__}"
    options = {one["name"]: one["value"] for one in draw["additionalProperty"]}
    assert (options["k"], options["seed"], options["on_shortage"]) == (3, 42, "take-all")
    sources = {one["name"]: one["additionalProperty"] for one in document["prov:wasDerivedFrom"]}
    assert [*sources] == ["imagenet21k", "lvis_v1_train", "visual_genome"]
    train = (index.root / "lvis/lvis_v1_train.json").read_bytes()
    assert sources["lvis_v1_train"][0]["value"] == hashlib.sha256(train).hexdigest()


def test_a_folder_of_crops(index: Index, crops: Path) -> None:
    written = index.exports.croissant("three", folder=crops, date="2026-01-31")
    assert written[:2] == (crops / "croissant.json", 9)
    document = _read(written.path)
    assert document["datePublished"] == "2026-01-31"
    files = _files(document)
    assert files["record-file"]["contentUrl"] == "metadata.jsonl"
    assert files["image-files"]["includes"] == ["*/*.jpg"]
    assert [one["@id"] for one in document["recordSet"]] == ["exemplars", "images"]


def test_a_folder_of_published_crops(index: Index, tmp_path: Path) -> None:
    index.exports.crops(index.samples.load("three"), None, tmp_path)
    written = index.exports.croissant("three", folder=tmp_path)
    assert written.records == 18
    files = _files(_read(written.path))
    assert files["image-files"]["includes"] == ["*/*/*.JPEG", "*/*/*.jpg"]


def test_a_folder_of_shards(index: Index, tmp_path: Path) -> None:
    options = WebDatasetOptions(shard_size=5)
    folder = index.exports.webdataset("three", tmp_path / "out", options=options).folder
    written = index.exports.croissant("three", folder=folder)
    assert written[:2] == (tmp_path / "out.json", 9)
    assert {path.suffix for path in folder.iterdir()} == {"", ".tar"}
    files = _files(_read(written.path))
    for number in range(2):
        shard = files[f"shard-{number:06}"]
        assert shard["contentUrl"] == f"out/three-{number:06}.tar"
        content = (tmp_path / shard["contentUrl"]).read_bytes()
        assert shard["sha256"] == hashlib.sha256(content).hexdigest()
    with tarfile.open(folder / "three-000000.tar") as tar:
        first = tar.extractfile("00000000.json")
        assert first is not None
        record = first.read()
    assert (tmp_path / "out.jsonl").read_bytes().startswith(record)


def test_the_same_bytes_each_time(index: Index, tmp_path: Path) -> None:
    first, second = (
        index.exports.croissant(DRAW, tmp_path / name / "three.json").path for name in "ab"
    )
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path).encode() not in first.read_bytes()
    lines = [path.with_suffix(".jsonl").read_bytes() for path in (first, second)]
    assert lines[0] == lines[1]


@pytest.mark.slow
def test_a_date_is_asked_for_where_none_is_known(index: Index, tmp_path: Path) -> None:
    index = Index.open(copied_tree(index.root, tmp_path / "datasets"))
    (tmp_path / "mine/mug").mkdir(parents=True)
    (tmp_path / "mine/mug/1.jpg").write_bytes(
        (index.root / "coco/train2017/000000000007.jpg").read_bytes()
    )
    index.ingest([index.sources.folder(tmp_path / "mine", "mine")])
    draw = type(DRAW)(k=1, vocabulary="mine")
    path = tmp_path / "mine.json"
    with pytest.raises(UsageError, match="is not known; give published=, as in 2026-01-31"):
        index.exports.croissant(draw, path)
    index.exports.croissant(draw, path, date="2026-01-31")
    document = _read(path)
    assert (document["license"], document["citeAs"]) == (["see the sources"], "mine")
    assert "creator" not in document


def test_what_is_refused(index: Index, crops: Path, tmp_path: Path) -> None:
    exports = index.exports
    for path, folder, message in (
        (None, tmp_path / "none", "holds no metadata.jsonl and no shards; run `ovmr-index export"),
        (tmp_path / "a.json", crops, "crops are found from beside the file; give one in"),
        (tmp_path / "a.jsonl", None, "is where the records go; give a name that ends in .json"),
        (Path("/dev/stdout"), None, "is found from beside the file; give a file"),
    ):
        with pytest.raises(UsageError, match=message):
            exports.croissant("three", path, folder=folder)
    for date in ("", "2026", "2026-02-30", "today"):
        with pytest.raises(UsageError, match=f"published= is {date}; give a day"):
            exports.croissant("three", tmp_path / "a.json", date=date)
    with pytest.raises(ProtectedPathError, match="is what lvis_v1_train was read from"):
        exports.croissant("three", index.root / "lvis/lvis_v1_train.json")
    with pytest.raises(UsageError, match="there is no sample 'four'"):
        exports.croissant("four", tmp_path / "a.json")
    assert [*tmp_path.iterdir()] == []


def test_a_folder_of_another_sample_is_refused(index: Index, crops: Path, tmp_path: Path) -> None:
    other = type(DRAW)(k=1, seed=7, on_shortage="take-all")
    shards = index.exports.webdataset("three", tmp_path / "out").folder
    for folder in (crops, shards):
        with pytest.raises(OvmrIndexError, match=f"{folder.name}: does not hold sample K-001_seed"):
            index.exports.croissant(other, folder=folder)


def test_no_lines_are_of_no_sample(index: Index, tmp_path: Path) -> None:
    (tmp_path / "metadata.jsonl").write_bytes(b"")
    with pytest.raises(OvmrIndexError, match="does not hold sample three"):
        index.exports.croissant("three", folder=tmp_path)


@pytest.mark.parametrize("content", [b"{", b'{"file_name": 3}\n', b"[]\n", b"\xff\n"])
def test_lines_that_are_none(index: Index, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "metadata.jsonl").write_bytes(content)
    with pytest.raises(OvmrIndexError, match="is not as an export of crops wrote it"):
        index.exports.croissant("three", folder=tmp_path)


def test_a_damaged_shard_is_named(index: Index, tmp_path: Path) -> None:
    folder = index.exports.webdataset("three", tmp_path / "out").folder
    (folder / "three-000000.tar").write_bytes(b"damaged")
    with pytest.raises(OvmrIndexError, match=r"three-000000.tar: is no whole tar .*; delete it"):
        index.exports.croissant("three", folder=folder)
