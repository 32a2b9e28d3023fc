"""A report of a part of the demo, with a saved sample: read only, made once for a file."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import DrawOptions, Index
from ovmr_index.report.api import write_report
from ovmr_index.report.options import ReportOptions
from tests.support.small_demo import make_small_demo


@pytest.fixture(scope="package")
def root(demo_tree: Path, empty_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of an index of twelve categories with a saved sample."""
    made = tmp_path_factory.mktemp("reported") / "tree"
    make_small_demo(demo_tree, made)
    shutil.copyfile(empty_index, made / "ovmr.db")
    with Index.open(made) as index:
        index.ingest()
        index.collate()
        index.sample(DrawOptions(k=2), name="two of each")
    return made


@pytest.fixture(scope="package")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a report with two crops a category."""
    made = tmp_path_factory.mktemp("report") / "pages"
    with Index.open(root) as index:
        write_report(index, made, ReportOptions(crops=2))
    return made
