"""The shared conformance tree: only where OVMR_INDEX_SHARED names its folder.

Without the variable the tests that need the tree are skipped, and the summary says so. A variable
that names no such folder is an error: a run that should use the tree cannot pass without it.
"""

import lzma
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.vocabularies.wordnet import Synset, read_nouns
from tests.support.conformance_trees import linked
from tests.support.once import made_once

VARIABLE = "OVMR_INDEX_SHARED"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder that holds `conformance/` and `data/`."""
    given = os.environ.get(VARIABLE)
    if not given:
        pytest.skip(f"conformance: {VARIABLE} is not set")
    folder = Path(given).resolve()
    if not (folder / "conformance").is_dir():
        raise FileNotFoundError(f"{VARIABLE}={folder}: no folder `conformance` in it")
    return folder


@pytest.fixture(scope="session")
def tree(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the unpacked dataset tree: read only."""
    return _unpacked(shared, "tree", tmp_path_factory)


@pytest.fixture(scope="session")
def expected(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the files that the published scripts wrote for the tree: read only."""
    return _unpacked(shared, "expected", tmp_path_factory) / "expected"


@pytest.fixture(scope="session")
def ingested(tree: Path, tmp_path_factory: pytest.TempPathFactory, empty_index: Path) -> Path:
    """Return the file of an index of the tree without pools, in SQLite: to be copied."""

    def make(folder: Path) -> None:
        root = linked(tree, folder / "datasets")
        with Index.open(root, shutil.copyfile(empty_index, folder / "index.db")) as index:
            index.ingest()

    return made_once(tmp_path_factory, "conformance index", make) / "index.db"


@pytest.fixture(scope="session")
def nouns() -> list[Synset]:
    """Return the nouns that the package ships."""
    return [*read_nouns()]


def _unpacked(shared: Path, name: str, factory: pytest.TempPathFactory) -> Path:
    def unpack(folder: Path) -> None:
        """Let `tar` write 16,000 members: Python takes four times as long."""
        folder.mkdir()
        command = ["tar", "--extract", "--no-same-owner", "--directory", str(folder)]
        with (
            lzma.open(shared / "conformance" / f"{name}.tar.xz") as archive,
            subprocess.Popen(command, stdin=subprocess.PIPE) as process,
        ):
            assert process.stdin is not None
            shutil.copyfileobj(archive, process.stdin, 1 << 20)
        assert process.returncode == 0

    return made_once(factory, f"conformance {name}", unpack)
