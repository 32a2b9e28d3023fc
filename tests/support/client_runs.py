"""Scripts that need the packages of the clients, run in this process: these take long to import."""

import contextlib
import io
import os
import runpy
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from tests.support.pages import Example, Printed, examples
from tests.support.runs import CHECKOUT, call

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


class ClientPageRun:
    """A page whose examples are run: each after those before it, in a folder with the demo."""

    def __init__(self, page: Path, folder: Path) -> None:
        """Take a folder that holds `demo`, with its index."""
        self._folder = folder
        self._run = self._each(list(examples(page)))
        self._printed: dict[Example, Printed] = {}

    def run(self, example: Example) -> Printed:
        """Return what an example prints; run first what is before it and was not run yet."""
        while example not in self._printed:
            self._printed.update([next(self._run)])
        return self._printed[example]

    def _each(self, listed: list[Example]) -> Iterator[tuple[Example, Printed]]:
        for one in listed:
            if one.output is None:
                script = self._folder / "script.py"
                script.write_text(one.code, encoding="utf-8")
                yield one, Printed(0, run_script(script, cwd=self._folder))
            else:
                with contextlib.chdir(self._folder):
                    done = call(*shlex.split(one.code)[1:])
                yield one, Printed(done.code, done.out + done.err)
