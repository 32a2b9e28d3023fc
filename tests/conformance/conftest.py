"""The shared conformance tree: only where OVMR_INDEX_SHARED names its folder.

Whoever has only this repository runs the other tests; a variable that names no such folder is an
error, so that a run that should hold the tree cannot pass without it.
"""

import fcntl
import os
import tarfile
from pathlib import Path

import pytest

VARIABLE = "OVMR_INDEX_SHARED"

collect_ignore_glob = [] if VARIABLE in os.environ else ["*"]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder that holds `conformance/` and `data/`."""
    folder = Path(os.environ[VARIABLE]).resolve()
    if not (folder / "conformance").is_dir():
        raise FileNotFoundError(f"{VARIABLE}={folder}: no folder `conformance` in it")
    return folder


@pytest.fixture(scope="session")
def tree(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the unpacked dataset tree, which every test and worker shares: read only."""
    return _unpacked(shared / "conformance" / "tree.tar.xz", _run_folder(tmp_path_factory))


@pytest.fixture(scope="session")
def expected(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the files that the published scripts wrote for the tree: read only."""
    packed = shared / "conformance" / "expected.tar.xz"
    return _unpacked(packed, _run_folder(tmp_path_factory)) / "expected"


def _run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the temporary folder of the run, which is the parent of each xdist worker's own."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def _unpacked(packed: Path, run_folder: Path) -> Path:
    folder = run_folder / packed.name.removesuffix(".tar.xz")
    partial = folder.with_suffix(".partial")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with tarfile.open(packed) as archive:
                archive.extractall(partial, filter="data")
            partial.rename(folder)
    return folder
