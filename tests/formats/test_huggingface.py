"""Parquet files of images: which columns are read, and what each image is called."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ovmr_index.errors import Issue, OvmrIndexError, RecordError
from ovmr_index.formats.huggingface import HuggingFaceReader
from ovmr_index.formats.huggingface_rows import ParquetImages
from ovmr_index.formats.image_labels import Label, split_of
from ovmr_index.storage.members import file_content
from ovmr_index.storage.parquet_rows import ParquetRow
from tests.support.parquet import images, write_parquet
from tests.support.trees import picture

IMAGE = picture()
ONE = {"image": images((IMAGE, "a.jpg"))}
CLASSES = {"label": ["mug", "cup"]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "train-0.parquet"


def read(file: Path) -> tuple[list[tuple[str, Label]], list[tuple[str, str]]]:
    """Return the names and labels of a file, and the records and reasons of what was left out."""
    problems: list[Issue] = []
    found = list(ParquetImages(file, problems))
    for one in found:
        member = ParquetRow(str(file), one.name, one.row, one.size)
        assert file_content(member)[:2] in (b"\xff\xd8", b"\x89P", b"BM")
    assert {one.file for one in problems} <= {str(file)}
    assert {one.label for one in found} <= {*ParquetImages(file, []).labels()}
    return [(one.name, one.label) for one in found], [(one.record, one.reason) for one in problems]


@pytest.mark.parametrize(
    ("columns", "names", "label"),
    [
        ({"label": [1]}, CLASSES, Label("cup", None)),
        ({"label": pa.array([1], pa.uint8())}, CLASSES, Label("cup", None)),
        ({"kind": [0]}, {"kind": ["mug"]}, Label("mug", None)),
        ({"coarse_label": [1], "fine_label": [0]}, {"coarse_label": "ab", "fine_label": "cd"}, "c"),
        ({"label": [1], "category": ["mug"]}, CLASSES, Label("cup", None)),
        ({"label": [7], "category": [" mug "]}, None, Label("mug", None)),
        ({"label": [7]}, None, Label("7", None)),
        ({"labels": [-3]}, None, Label("-3", None)),
        ({"label": ["cup/mug"]}, None, Label("cup/mug", None)),
        ({"label": pa.array(["mug"]).dictionary_encode()}, None, Label("mug", None)),
        ({"label": ["mug"], "synset": ["mug.n.04"]}, None, Label("mug", "mug.n.04")),
        ({"label": ["mug"], "synset": [""]}, None, Label("mug", None)),
        ({"label": ["mug"], "wnid": [None], "bbox": [[1, 2, 3, 4]]}, None, Label("mug", None)),
        ({"wnid": ["n03797390"]}, None, Label("n03797390", "n03797390")),
    ],
)
def test_a_label_is_a_class_a_text_or_a_number(
    file: Path, columns: dict[str, Any], names: Mapping[str, list[str]] | None, label: Label | str
) -> None:
    expected = Label(label, None) if isinstance(label, str) else label
    assert read(write_parquet(file, ONE | columns, names)) == ([("a.jpg", expected)], [])


@pytest.mark.parametrize("said", [b"{[", b"[]", b'{"info": []}', b'{"info": {"features": 1}}'])
def test_metadata_that_says_nothing_is_passed_over(file: Path, said: bytes) -> None:
    table = pa.table(ONE | {"label": [1]}).replace_schema_metadata({b"huggingface": said})
    pa.parquet.write_table(table, file)
    assert read(file) == ([("a.jpg", Label("1", None))], [])


def test_rows_without_a_label_or_an_image_are_said(file: Path) -> None:
    found = images(*[(IMAGE, None)] * 5, None, (b"", "a.jpg"), (None, "b.jpg"), (b"no", None))
    labels = [1, -1, None, 2, -2, 0, 0, 0, 0]
    outside = "its label is none of the 2 that have names"
    assert read(write_parquet(file, {"image": found, "label": labels}, CLASSES)) == (
        [("train-0_0.jpg", Label("cup", None))],
        [
            ("row 3", outside),
            ("row 4", outside),
            ("row 5", "has no image"),
            ("row 6", "holds the path of an image, and not the image"),
            ("row 7", "holds the path of an image, and not the image"),
            ("row 8", "does not begin as an image"),
            ("", "images without a label in the column label: 2"),
        ],
    )


@pytest.mark.parametrize("name", ["../b", "a\\b.jpg", ".a.jpg", "a\n.jpg", f"{'a' * 200}.jpg", ""])
def test_an_image_without_a_name_is_called_by_its_row(file: Path, name: str) -> None:
    columns = {"image": images((IMAGE, name), (IMAGE, None)), "label": ["mug", "mug"]}
    found, problems = read(write_parquet(file, columns))
    assert ([one for one, _ in found], problems) == (["train-0_0.jpg", "train-0_1.jpg"], [])


def test_a_name_counts_where_no_other_image_of_the_label_has_it(file: Path) -> None:
    paths = ("x/a.jpg", "y/a.jpg", "a.jpg", "b.JPEG")
    columns = {
        "image": images(*((IMAGE, one) for one in paths)),
        "label": ["mug", "mug", "cup", "mug"],
    }
    found, _ = read(write_parquet(file, columns))
    assert [one for one, _ in found] == ["train-0_0.jpg", "train-0_1.jpg", "a.jpg", "b.JPEG"]


@pytest.mark.parametrize(
    ("content", "suffix"), [(picture(kind="PNG"), ".png"), (picture(kind="BMP"), ".bmp")]
)
def test_a_suffix_is_that_of_the_bytes(file: Path, content: bytes, suffix: str) -> None:
    columns = {"image": images((content, None)), "label": ["mug"]}
    assert read(write_parquet(file, columns))[0][0][0] == f"train-0_0{suffix}"


BOXES = [{"bbox": [[1.0, 2.0, 3.0, 4.0]], "category": [1]}]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        (ONE | {"mask": ONE["image"], "label": [1]}, "has 2 columns of images (image, mask); keep"),
        ({"image": ["a.jpg"], "label": [1]}, "has no column of images, each the `bytes` of a file"),
        (
            {"images": pa.array([ONE["image"].to_pylist()]), "label": [1]},
            "its column images holds lists of images, and one image a row is read",
        ),
        (ONE | {"objects": BOXES}, "its column objects holds boxes, and one label an image is"),
        (ONE | {"objects": [BOXES]}, "its column objects holds boxes, and one label an image is"),
        (ONE | {"text": ["a mug"]}, "has no column of labels, as `label`, among image, text"),
        (ONE | {"labels": [[1]]}, "its column labels holds list<"),
        (ONE | {"label": [1.5]}, "its column label holds double, and one name or number an image"),
        (ONE | {"label": [None]}, "its column label holds null, and one name or number an image"),
    ],
)
def test_other_columns_are_refused_in_a_line(
    file: Path, columns: dict[str, Any], problem: str
) -> None:
    write_parquet(file, columns)
    for reads in (ParquetImages(file, []), ParquetImages(file, []).labels()):
        with pytest.raises(RecordError) as caught:
            list(reads)
        assert str(caught.value).startswith(f"{file}: {problem}")


def test_of_several_columns_of_classes_one_has_to_be_named(file: Path) -> None:
    names = {"genre": ["a"], "artist": ["b"]}
    write_parquet(file, ONE | {"genre": [0], "artist": [0]}, names)
    remedy = r"\(genre, artist\); rename that of the labels: `dataset\.rename_column"
    with pytest.raises(RecordError, match=f"has 2 columns of labels {remedy}"):
        list(ParquetImages(file, []))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is no Parquet file, or is cut short or damaged (Parquet file size is 0 bytes)"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS, not the file"),
        (b"PAR1" * 9, "is no Parquet file, or is cut short or damaged ("),
    ],
)
def test_what_is_no_parquet_file_is_refused(file: Path, content: bytes, problem: str) -> None:
    file.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        list(ParquetImages(file, []))
    assert caught.value.problem.startswith(problem)


def test_text_that_is_not_utf_8_is_refused(file: Path) -> None:
    buffers = [None, pa.py_buffer(bytes([0, 0, 0, 0, 1, 0, 0, 0])), pa.py_buffer(b"\xff")]
    write_parquet(file, ONE | {"label": pa.Array.from_buffers(pa.string(), 1, buffers)})
    with pytest.raises(RecordError, match="a label or the path of an image is not UTF-8"):
        list(ParquetImages(file, []))


def test_without_pyarrow_it_says_what_to_install(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_parquet(file, ONE | {"label": [1]})
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(OvmrIndexError, match=r"run `pip install 'ovmr-index\[parquet\]'`"):
        list(ParquetImages(file, []))


def test_an_image_is_as_if_in_a_folder_of_its_label(tmp_path: Path) -> None:
    columns = {"image": images((IMAGE, "a.jpg"), (IMAGE, "b.jpg")), "label": ["mug", "a/b"]}
    write_parquet(tmp_path / "data" / "validation-00000-of-00001.parquet", columns)
    shutil.copy(tmp_path / "data" / "validation-00000-of-00001.parquet", tmp_path / "0.parquet")
    reader = HuggingFaceReader(tmp_path)
    found = list(reader.archives())
    read = [image for one in found for batch in reader.images(one) for image in batch.images]
    assert [(one.folder.path, one.folder.split, one.name, one.offset) for one in read] == [
        ("0/mug", None, "a.jpg", 0),
        ("0/a_b", None, "b.jpg", 1),
        ("data/validation-00000-of-00001/mug", "val", "a.jpg", 0),
        ("data/validation-00000-of-00001/a_b", "val", "b.jpg", 1),
    ]
    assert reader.problems == []


def test_what_is_no_parquet_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").symlink_to("nowhere")
    (tmp_path / "b.arrow").write_bytes(b"")
    (tmp_path / "README.md").write_bytes(b"")
    reader = HuggingFaceReader(tmp_path)
    assert list(reader.archives()) == []
    assert [one.record for one in reader.problems] == ["a.parquet", "b.arrow"]
    assert "write Parquet with `dataset.to_parquet`" in reader.problems[1].reason


def test_a_folder_without_a_file_says_so(tmp_path: Path) -> None:
    reader = HuggingFaceReader(tmp_path)
    assert list(reader.archives()) == []
    assert reader.problems[0].reason.startswith("holds no Parquet file, as data/train-00000-of")


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("data/train-00000-of-00002.parquet", "train"),
        ("data/validation-00000-of-00002.parquet", "val"),
        ("default/test/0000.parquet", "test"),
        ("train/test-0.parquet", None),
        ("0000.parquet", None),
    ],
)
def test_a_split_is_a_word_of_the_path(path: str, split: str | None) -> None:
    assert split_of(path) == split
