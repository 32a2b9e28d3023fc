"""An index with rows in every table, and its Parquet: made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.few_synsets import index_of_few_synsets
from tests.support.whole_index import whole_parquet


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index that holds three synsets alone, to be copied."""
    return index_of_few_synsets(tmp_path_factory)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the folder of the index as Parquet: read only."""
    return whole_parquet(tmp_path_factory, empty_index)


@pytest.fixture(scope="session")
def index(written: Path) -> Iterator[Index]:
    """Open the index that was written: read only."""
    with Index.open(written.parent / "datasets", create=False) as opened:
        yield opened
