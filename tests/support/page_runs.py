"""Pages whose examples are run, each as processes of its own."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.support.pages import Example, examples
from tests.support.runs import CHECKOUT, environment

_MADE = "demo demo"  # what makes the tree `demo`
_DEFAULT_ROOT = re.compile(r"\bdatasets\b|\bovmr-index (?!--root demo)")


class Printed(NamedTuple):
    """The exit code of an example, and what a terminal would show."""

    code: int
    text: str


class PageRun:
    """A page whose examples are run: each after those before it, on a copy of the demo's tree.

    The folder holds `demo`, unless the page makes it, and `datasets`, a copy of it, where a
    command reads it. It is also the home of the user, so that `~/datasets` is in it.
    """

    def __init__(self, page: Path, folder: Path, tree: Path) -> None:
        """Make `folder`, with copies of `tree` in it."""
        self.folder = folder
        self._examples = list(examples(page))
        self._printed: list[Printed] = []
        commands = "".join(one.code for one in self._examples)
        if _MADE not in commands:
            shutil.copytree(tree, folder / "demo")
        if _DEFAULT_ROOT.search(commands):
            shutil.copytree(tree, folder / "datasets")
        program = folder / "bin" / "ovmr-index"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m ovmr_index \"$@\"\n")
        program.chmod(0o755)

    def run(self, example: Example) -> Printed:
        """Return what an example prints; run first what is before it and was not run yet."""
        place = self._examples.index(example)
        while len(self._printed) <= place:
            self._printed.append(self._run(self._examples[len(self._printed)]))
        return self._printed[place]

    def _run(self, example: Example) -> Printed:
        # What needs the clients is run with them.
        return Printed(0, "") if example.needs_clients else self._started(example)

    def _started(self, example: Example) -> Printed:
        """Run an example as a process of its own."""
        program = ["sh", "-e", "-c", example.code]
        if example.language == "python":
            (self.folder / "script.py").write_text(example.code, encoding="utf-8")
            program = [sys.executable, "script.py"]
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        said = {"PATH": path, "HOME": str(self.folder), "PYTHONPATH": str(CHECKOUT)}
        done = subprocess.run(
            program,
            cwd=self.folder,
            env=environment() | said | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        return Printed(done.returncode, done.stdout)
