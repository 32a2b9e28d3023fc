"""The conformance tree by way of Parquet: the published files come out all the same."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.conformance_trees import PUBLISHED, is_published, linked
from tests.support.contents import contents
from tests.support.files import files_below

pytestmark = pytest.mark.slow


def test_an_index_from_parquet_writes_the_published_files(
    tree: Path, expected: Path, tmp_path: Path, empty_index: Path
) -> None:
    root = linked(tree, tmp_path / "datasets")
    shutil.copyfile(empty_index, root / "ovmr.db")
    with Index.open(root) as index:
        index.ingest()
        index.export()
        first = index.exports.parquet(tmp_path / "first").folder
        held = contents(index)
    written = {path: (root / path).read_bytes() for path in PUBLISHED}
    for path in PUBLISHED:
        (root / path).unlink()
    with Index.open(root, tmp_path / "again.db") as again:
        again.sources.ingest_parquet(first)
        assert contents(again) == held
        assert again.export().failed == []
        second = again.exports.parquet(tmp_path / "second").folder
    for path, name in PUBLISHED.items():
        assert (root / path).read_bytes() == written[path]
        assert is_published(written[path], expected / name), path
    assert files_below(first) == files_below(second)
