"""A report of the demo, with a saved sample: read only, made once for a file."""

from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.report.api import write_report
from ovmr_index.report.options import ReportOptions
from tests.support.copied_tree import quick_copy


@pytest.fixture(scope="package")
def root(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of an index with a saved sample."""
    made = tmp_path_factory.mktemp("reported") / "tree"
    quick_copy(shared, made)
    with Index.open(made) as index:
        index.sample(DrawOptions(k=2), name="two of each")
    return made


@pytest.fixture(scope="package")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a report with two crops a category."""
    made = tmp_path_factory.mktemp("report") / "pages"
    with Index.open(root) as index:
        write_report(index, made, ReportOptions(crops=2))
    return made
