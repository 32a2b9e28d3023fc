"""The benchmark command works from end to end, on a tree of a thousandth of the scale."""

import subprocess
import sys
from pathlib import Path

from benchmarks.__main__ import STEPS


def test_the_benchmark_runs(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "benchmarks", str(tmp_path / "tree"), "--scale", "0.001")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split("  ")[0] for line in lines[3:-1]] == [step.name for step in STEPS]
