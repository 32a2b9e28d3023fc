"""What is made once in a run of the tests, however many processes run them."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return what `make` makes at a path with this name; every test shares it: read only.

    The first process that asks makes it, and the others wait.
    """
    path = run_folder(factory) / name
    with path.with_name(f"{name}.made").open("a+") as state:
        fcntl.flock(state, fcntl.LOCK_EX)
        state.seek(0)
        if not state.read():
            make(path)
            state.write("made")
    return path


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the temporary folder of the run, which is the parent of each xdist worker's own."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
