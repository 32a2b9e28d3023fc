"""`metadata.jsonl` beside the crops of the two published layouts."""

from pathlib import Path

import pytest

from ovmr_index import CropShape, Index
from ovmr_index.errors import OvmrIndexError
from tests.support.small_samples import CATEGORIES, metadata_lines, small_index
from tests.support.trees import APPLE


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Index:
    """Return an index with the sample `three`: read only."""
    return small_index(tmp_path_factory.mktemp("sampled") / "datasets", empty_index)


def _crops(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    return sorted(name for name in found if name.endswith(("jpg", "JPEG")))


def test_each_file_of_the_published_layout_has_a_line(index: Index, tmp_path: Path) -> None:
    sample = index.samples.load("three")
    assert index.exports.crops(sample, None, tmp_path).written == 9
    lines = metadata_lines(tmp_path)
    assert sorted(line["file_name"] for line in lines) == _crops(tmp_path)
    assert len(lines) == 18
    folders = {tuple(line["file_name"].split("/")[:2]) for line in lines}
    assert folders == {(split, f"{key}") for split in ("train", "all") for key in (1, 2, 5)}
    named = {one["id"]: one["name"] for one in CATEGORIES}
    assert all(line["category"] == named[line["category_id"]] for line in lines)


def test_each_file_of_the_layout_of_ovmr_has_a_line(index: Index, tmp_path: Path) -> None:
    sample = index.samples.load("three")
    index.exports.crops(sample, sample, tmp_path)
    lines = metadata_lines(tmp_path)
    assert sorted(line["file_name"] for line in lines) == _crops(tmp_path)
    assert {line["file_name"].split("/")[1] for line in lines} == {"0", "1", "4"}
    assert all(f"/{line['label']}/" in line["file_name"] for line in lines)


def test_what_a_run_adds_has_a_line_after_it(index: Index, tmp_path: Path) -> None:
    sample = index.samples.load("three")
    index.exports.crops(sample, None, tmp_path)
    before = (tmp_path / "metadata.jsonl").read_bytes()
    for name in ("metadata.jsonl", _crops(tmp_path)[0]):
        (tmp_path / name).unlink()
    index.exports.crops(sample, None, tmp_path)
    assert (tmp_path / "metadata.jsonl").read_bytes() == before


def test_classes_of_another_vocabulary_are_not_taken_for_these(
    index: Index, tmp_path: Path
) -> None:
    names = tmp_path / "names.txt"
    names.write_text("basket.n.01\napple.n.01\n")  # under the ids 1 and 2
    index.vocabularies.add("mine", names)
    sample = index.samples.load("three")
    index.exports.crops(sample, None, tmp_path / "mine", vocabulary="mine")
    lines = metadata_lines(tmp_path / "mine")
    by_id = {line["category_id"]: (line["label"], line["category"]) for line in lines}
    assert by_id == {1: (None, "tench.n.01"), 2: (1, APPLE), 5: (None, "basket.n.01")}
    index.exports.crops(sample, None, tmp_path / "absent", vocabulary="absent")
    assert {line["label"] for line in metadata_lines(tmp_path / "absent")} == {None}


def test_a_folder_of_another_shape_is_kept_apart(index: Index, tmp_path: Path) -> None:
    sample = index.samples.load("three")
    index.exports.crops(sample, None, tmp_path)
    mark = (tmp_path / ".ovmr-crops").read_bytes()
    assert index.exports.crops(sample, None, tmp_path, shape=CropShape(0.4)).kept == 9
    with pytest.raises(OvmrIndexError, match="holds crops of another sample or layout"):
        index.exports.crops(sample, None, tmp_path, shape=CropShape(0.5))
    assert (tmp_path / ".ovmr-crops").read_bytes() == mark
