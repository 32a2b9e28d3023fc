"""The archives that are given to users, built from this checkout."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.once import made_once
from tests.support.runs import CHECKOUT


class Archives(NamedTuple):
    """The files that are given to users."""

    wheel: Path
    sdist: Path


def archives(factory: pytest.TempPathFactory) -> Archives:
    """Return a wheel and an sdist, which are built once."""
    folder = made_once(factory, "dist", _build)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Archives(wheel, sdist)


def _build(folder: Path) -> None:
    folder.mkdir()
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--sdist"]
    command = [*build, "--outdir", str(folder), str(CHECKOUT)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
