"""The peer in turn with ovmr-index: each of its steps right after ours."""

import importlib.util
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peer_duckdb import DATABASE
from benchmarks.peer_duckdb import STEPS as PEER_STEPS
from benchmarks.peer_table import both_as_markdown
from benchmarks.processes import Run, run
from benchmarks.results import Result
from benchmarks.steps import JOB, Step

FOLDER = "peer"  # below the root: the peer's database and files
PACKAGES = ("duckdb", "pyarrow")
CONDITIONS = (
    "The same job written by hand in DuckDB, each step right after that of ovmr-index, on two "
    "threads and without a limit of memory. The files of both are equal as JSON values. Its "
    "database holds no records of annotation files, but where they are in them."
)


def is_installed() -> bool:
    """Return whether what the peer needs is installed."""
    return all(importlib.util.find_spec(name) for name in PACKAGES)


class Peer:
    """The peer on the tree at `root`: `runs` is what its steps took, in the order of `JOB`."""

    def __init__(self, root: Path) -> None:
        """Make its folder, without what an earlier run has left there."""
        self.root, self.folder = root, root / FOLDER
        self.runs: list[Run] = []
        self._steps = dict(zip(JOB, PEER_STEPS, strict=True))
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def run_after(self, step: Step) -> None:
        """Run the peer's step that does what this one did, if there is one.

        Raises CommandError where it fails.
        """
        if step not in self._steps:
            return
        name = f"{step.name}, by hand"
        where = ("--root", str(self.root), "--folder", str(self.folder))
        module = ("-m", "benchmarks.peer_duckdb", self._steps[step])
        self.runs.append(run(name, (sys.executable, *module, *where), {}))
        print(f"{name}: {self.runs[-1].seconds:.2f} s", file=sys.stderr, flush=True)

    def require_equal(self) -> None:
        """Raise CommandError where an output of ovmr-index is not the peer's."""
        command = ("-m", "benchmarks.compare", str(self.root), str(self.folder))
        run("compare", (sys.executable, *command), {})

    def table(self, results: Sequence[Result]) -> str:
        """Return the table of both as Markdown; `results` begin with those of `JOB`."""
        names = [step.name for step in JOB]
        theirs = [Result(one.seconds, one.cpu, one.memory, None) for one in self.runs]
        sizes = (self.root / "ovmr.db").stat().st_size, (self.folder / DATABASE).stat().st_size
        return both_as_markdown(names, results[: len(JOB)], theirs, sizes)
