"""Scripts that need the packages of the clients, run in this process: these take long to import."""

import contextlib
import io
import os
import re
import runpy
import shlex
import sys
from pathlib import Path
from unittest.mock import patch

from tests.support.page_runs import PageRun, Printed, runs_on
from tests.support.pages import Example
from tests.support.runs import CHECKOUT, call

# A command that no shell has to look at.
_PLAIN = re.compile(r"ovmr-index [^|&;<>$*~`]+")
_OPERATORS = Path(__file__).parent / "operators"


def worker_environment() -> dict[str, str]:
    """Return the variables with which a process that is spawned can import torchvision."""
    return {"PYTHONPATH": os.pathsep.join((str(_OPERATORS), str(CHECKOUT)))}


def run_script(script: Path, *arguments: str, cwd: Path) -> str:
    """Run a script in a folder, from which it imports; return what it printed."""
    printed = io.StringIO()
    with (
        patch.object(sys, "argv", [str(script), *arguments]),
        patch.object(sys, "path", [str(cwd), *sys.path]),
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(printed),
    ):
        runpy.run_path(str(script), run_name="__main__")
    return printed.getvalue()


class ClientPageRun(PageRun):
    """A page with examples that need packages of the clients."""

    def _run(self, example: Example) -> Printed:
        """Run a script or a plain command in this process."""
        if example.language == "python":
            script = self.folder / "script.py"
            script.write_text(example.code, encoding="utf-8")
            return Printed(0, run_script(script, cwd=self.folder))
        if runs_on(example) or not _PLAIN.fullmatch(example.code):
            return self._started(example)
        with contextlib.chdir(self.folder):
            done = call(*shlex.split(example.code)[1:])
        return Printed(done.code, done.out + done.err)
