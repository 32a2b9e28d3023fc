"""An index whose size the planner overrates, for what it reads for a question to samples."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ovmr_index.db.engine import open_engine, reading
from tests.support.plans import seem_large


@pytest.fixture
def large(odd_index: Path, tmp_path: Path) -> Iterator[Connection]:
    """Return a connection on a small index that the planner takes for a large one."""
    path = Path(shutil.copyfile(odd_index / "ovmr.db", tmp_path / "ovmr.db"))
    seem_large(path)
    with reading(open_engine(path)) as connection:
        yield connection
