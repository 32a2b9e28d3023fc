"""The documentation site, built from the pages of this checkout."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.once import made_once
from tests.support.runs import CHECKOUT


def built_site(factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, which is built once, as `make docs` does it."""
    return made_once(factory, "documentation", _build) / "site"


def _build(project: Path) -> None:
    project.mkdir()
    shutil.copyfile(CHECKOUT / "zensical.toml", project / "zensical.toml")
    shutil.copytree(CHECKOUT / "docs", project / "docs")
    build = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(build, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
