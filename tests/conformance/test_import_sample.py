"""The published samples of the conformance tree are imported and exported again."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from tests.support.conformance_trees import linked
from tests.support.oracle import load

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def index(tree: Path, ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index of the tree in SQLite, without pools."""
    folder = tmp_path_factory.mktemp("index")
    root = linked(tree, folder / "datasets")
    return Index.open(root, shutil.copyfile(ingested, folder / "index.db"))


def test_a_stable_sample_is_the_same_bytes_again(index: Index, tmp_path: Path) -> None:
    file = index.exports.sample(DrawOptions(method="stable"), tmp_path / "stable.json").path
    assert index.samples.import_file(file, "stable").problems == []
    again = index.exports.sample("stable", tmp_path / "again.json").path
    assert again.read_bytes() == file.read_bytes()


@pytest.mark.exhaustive(beyond=1)
@pytest.mark.parametrize("k", ["005", "030"])
def test_a_published_sample_is_all_here(
    index: Index, expected: Path, tmp_path: Path, k: str
) -> None:
    file = expected / f"lvis_image_exemplar_dict_K-{k}_own.json"
    report = index.samples.import_file(file, k)
    assert (report.exemplars, report.here) == (1203 * int(k), 1203 * int(k))
    assert (report.saved, report.problems) == (True, [])
    path = index.exports.sample(k, tmp_path / "again.json").path
    assert load(path) == load(file)
