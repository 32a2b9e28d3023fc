"""Runs of scripts with the packages of the clients, each a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.runs import CHECKOUT, environment

_OPERATORS = Path(__file__).parent / "operators"


def client_environment() -> dict[str, str]:
    """Return the environment of a process that imports clients, and keeps nothing elsewhere."""
    paths = (str(_OPERATORS), str(CHECKOUT))
    return environment() | {"PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1"}


def run_script(script: Path, *arguments: str | Path, cwd: Path) -> str:
    """Run a script to its end without an error; return what it printed."""
    done = subprocess.run(
        [sys.executable, script, *arguments],
        cwd=cwd,
        env=client_environment() | {"HF_HOME": str(cwd / "huggingface")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
