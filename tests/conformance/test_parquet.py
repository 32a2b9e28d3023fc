"""The conformance tree by way of Parquet: the published files come out all the same."""

from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.conformance_trees import PUBLISHED, copied, is_published
from tests.support.contents import contents

# On small trees tests/export/parquet shows that each export is the same, and test_main_job shows
# that the published files are those of this tree.
pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]


def test_an_index_from_parquet_writes_the_published_files(
    tree: Path, ingested: Path, expected: Path, tmp_path: Path
) -> None:
    with copied(ingested, tree, tmp_path / "datasets") as index:
        root = index.root
        folder = index.exports.parquet(tmp_path / "parquet").folder
        held = contents(index)
    with Index.open(root, tmp_path / "again.db") as again:
        again.sources.ingest_parquet(folder)
        assert contents(again) == held
        assert again.export().failed == []
    for path, name in PUBLISHED.items():
        assert is_published((root / path).read_bytes(), expected / name), path
