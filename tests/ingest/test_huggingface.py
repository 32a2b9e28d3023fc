"""Parquet files of images in the index: labels are a vocabulary, images stay in their files."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from ovmr_index import Index, SourceOptions
from ovmr_index.errors import RecordError
from ovmr_index.ingest.report import SourceReport, VanishedError
from ovmr_index.ingest.verify import Depth
from ovmr_index.storage import parquet_files
from tests.support.contents import rows_of
from tests.support.parquet import images, write_parquet
from tests.support.trees import APPLE, BASKET, TENCH, TENCH_WNID, TreeBuilder, picture

CATEGORIES = "SELECT category_id, category, synset FROM vocabulary_categories ORDER BY category_id"
FILES = "SELECT file_name, split, synset, path FROM image_files ORDER BY file_name"
DEPTHS: tuple[Depth, ...] = ("names", "headers", "decode")


class Files:
    """A folder of Parquet files and its index."""

    def __init__(self, builder: TreeBuilder) -> None:
        self.builder, self.root = builder, builder.root / "parquet"
        self.index: Index = builder.index()

    def write(self, path: str, labels: Sequence[str | None], **columns: Sequence[str]) -> Path:
        """Write a file with an image a label, each of another size, called by its number."""
        found = [(picture((64, 40 + row)), f"{row}.jpg") for row in range(len(labels))]
        file = write_parquet(
            self.root / path, {"image": images(*found), "label": labels, **columns}, group=2
        )
        self.builder.touch(file)
        return file

    def ingest(self, options: SourceOptions | None = None) -> SourceReport:
        source = self.index.sources.huggingface(self.root, "mine", options or SourceOptions())
        return self.index.ingest([source]).sources[0]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return rows_of(self.index, query)


@pytest.fixture
def files(builder: TreeBuilder) -> Files:
    return Files(builder)


def test_labels_are_the_categories_of_a_vocabulary(files: Files) -> None:
    files.write("data/train-00000-of-00001.parquet", ["mug", TENCH_WNID, "mug"])
    files.write("data/test-00000-of-00001.parquet", ["fruit"], synset=[APPLE])
    report = files.ingest()
    assert (report.format, report.counts.added, report.problems) == ("huggingface", 4, [])
    assert files.rows(CATEGORIES) == [
        (1, "fruit", APPLE),
        (2, "mug", "mug"),
        (3, TENCH_WNID, TENCH),
    ]
    train = "data/train-00000-of-00001"
    assert files.rows(FILES) == [
        ("data/test-00000-of-00001/fruit/0.jpg", "test", APPLE, None),
        (f"{train}/mug/0.jpg", "train", "mug", None),
        (f"{train}/mug/2.jpg", "train", "mug", None),
        (f"{train}/{TENCH_WNID}/1.jpg", "train", TENCH, None),
    ]


def test_a_mapping_gives_labels_synsets(files: Files) -> None:
    files.write("0.parquet", ["7", "mug"])
    files.ingest(SourceOptions(files.builder.json("labels.json", {"7": BASKET})))
    assert files.rows(CATEGORIES) == [(1, "mug", "mug"), (2, "7", BASKET)]


def test_a_label_without_an_image_is_no_category(files: Files) -> None:
    found = images((picture(), None), None)
    write_parquet(files.root / "0.parquet", {"image": found, "label": ["mug", "cup"]})
    assert [one.reason for one in files.ingest().problems] == ["has no image"]
    assert files.rows(CATEGORIES) == [(1, "mug", "mug")]


def test_an_unchanged_file_is_not_opened_again(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write("0.parquet", ["mug", None])
    files.write("1.parquet", ["cup"])
    assert len(files.ingest().problems) == 1
    with monkeypatch.context() as without:
        without.setattr(parquet_files, "require_pyarrow", pytest.fail)
        report = files.ingest()
    assert (report.counts.unchanged, report.counts.did_work) == (2, False)
    assert [one.reason for one in report.problems] == [
        "images without a label in the column label: 1"
    ]


@pytest.mark.slow
def test_a_file_that_has_changed_is_as_a_new_one(files: Files) -> None:
    files.write("0.parquet", ["mug", "cup", "mug"])
    files.write("1.parquet", ["pan"])
    files.ingest()
    files.write("0.parquet", ["cup", "cup", "mug", "tin"])
    (files.root / "1.parquet").unlink()
    counts = files.ingest().counts
    assert (counts.added, counts.unchanged, counts.vanished) == (2, 2, 2)
    assert files.rows(FILES) == [
        (f"0/{label}/{row}.jpg", None, label, None)
        for label, row in (("cup", 0), ("cup", 1), ("mug", 2), ("tin", 3))
    ]
    assert files.index.sources.verify("decode").issues == []


def test_most_images_do_not_vanish_by_themselves(files: Files) -> None:
    files.write("0.parquet", ["mug"] * 101)
    file = files.write("1.parquet", ["mug"])
    files.ingest()
    (files.root / "0.parquet").rename(files.builder.root / "elsewhere.parquet")
    with pytest.raises(VanishedError, match="101 of 102 files"):
        files.ingest()
    assert file.exists()


def test_pools_hashes_and_exports_read_the_images(files: Files, tmp_path: Path) -> None:
    files.write("train-0.parquet", ["mug", "cup", "mug", "cup", "mug"])
    files.ingest()
    files.index.collate(vocabulary="mine")
    coverage = {one.synset: one.total for one in files.index.coverage(vocabulary="mine")}
    assert coverage == {"cup": 2, "mug": 3}
    exemplars = files.index.exemplars("mug", vocabulary="mine")
    assert [one.file_name for one in exemplars] == [f"train-0/mug/{row}.jpg" for row in (0, 2, 4)]
    written = files.index.exports.target("cat-info", vocabulary="mine")
    counts = {one["name"]: one["image_count"] for one in json.loads(written.path.read_bytes())}
    assert counts == {"cup": 2, "mug": 3}


@pytest.mark.slow
def test_verify_names_the_file(files: Files) -> None:
    def found() -> list[tuple[Depth, str, str, str]]:
        return [
            (depth, one.kind, one.file, one.reason)
            for depth in DEPTHS
            for one in files.index.sources.verify(depth).issues
        ]

    file = files.write("0.parquet", ["mug", "cup"])
    files.ingest()
    assert found() == []
    content = file.read_bytes()
    file.write_bytes(content[:-9])
    assert [one[:3] for one in found()] == [(depth, "changed", "0.parquet") for depth in DEPTHS]
    file.unlink()
    reason = "the Parquet file is missing"
    assert found() == [(depth, "missing", "0.parquet", reason) for depth in DEPTHS]


def test_damage_is_named_by_the_image(files: Files) -> None:
    file = files.write("0.parquet", ["mug", "cup", "mug"])
    files.ingest()
    content = bytearray(file.read_bytes())
    content[50:90] = b"\xff" * 40
    status = file.stat()
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    issues = files.index.sources.verify("decode").issues
    assert {(one.kind, one.file) for one in issues} == {
        ("unreadable", "0/cup/1.jpg"),
        ("unreadable", "0/mug/0.jpg"),
    }


def test_a_file_that_is_cut_short_changes_nothing(files: Files) -> None:
    files.write("0.parquet", ["mug"])
    files.ingest()
    file = files.write("1.parquet", ["cup"])
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(RecordError, match=f"{file}: is no Parquet file, or is cut short"):
        files.ingest()
    assert [row[1] for row in files.rows(CATEGORIES)] == ["mug"]


def test_removed_again(files: Files) -> None:
    files.write("0.parquet", ["mug"])
    files.ingest()
    files.index.sources.rm("mine")
    assert files.rows(FILES) == []
