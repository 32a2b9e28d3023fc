"""The scripts of `examples/`: each is run on the demo, and prints a few lines."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.client_runs import run_script
from tests.support.runs import CHECKOUT

EXAMPLES = sorted((CHECKOUT / "examples").glob("*.py"))
_MOST = 30  # lines of a script

# Packages warn of each other.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def root(demo_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the demo's tree with its index, and the exported loader."""
    root = tmp_path_factory.mktemp("examples") / "demo"
    shutil.copytree(demo_index, root)
    with Index.open(root, create=False) as index:
        index.exports.loader()
    return root


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(script: Path, root: Path, tmp_path: Path) -> None:
    printed = run_script(script, str(root), cwd=tmp_path)
    assert 2 <= len(printed.splitlines()) <= 12


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short(script: Path) -> None:
    assert len(script.read_text(encoding="utf-8").splitlines()) <= _MOST
