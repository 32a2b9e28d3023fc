"""Pages whose examples are run, each as processes of its own."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.copied_tree import quick_copy
from tests.support.made_indexes import made_indexes
from tests.support.once import made_once
from tests.support.pages import Example, examples
from tests.support.runs import CHECKOUT, environment
from tests.support.warm import DEMO_TREE, MADE_INDEXES, warm_start
from tests.support.wheels import archives
from tests.support.whole_demo import whole_demo

_DEMO = "ovmr-index demo demo"
_SERVE = " serve"
# It does as pip in a quarter of the time; `test_packaging` installs by pip itself.
_PIP = """#!/bin/sh
exec {python} -m uv pip "$@" --quiet --no-deps --target "$INSTALLED"
"""
# To put a pip of its own into an environment takes longer than all else; the one above does.
_PYTHON = """#!/bin/sh
case "$1 $2" in
"-m venv") shift 2; exec {python} -m venv --without-pip "$@" ;;
*) exec {python} "$@" ;;
esac
"""
_DEFAULT_ROOT = re.compile(r"\bdatasets\b|\bovmr-index (?!--root demo)")
# What a shell does not take as it stands, outside of quotes and between double ones.
_OF_SHELL = re.compile(r"[^\w\s./:=,+@%-]|\n")
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`\\]*\"")


class Printed(NamedTuple):
    """The exit code of an example, and what a terminal would show."""

    code: int
    text: str


class FinishedDemo(NamedTuple):
    """The folder that `ovmr-index demo demo` made, and what it printed."""

    tree: Path
    printed: str = ""


def finished_demo(factory: pytest.TempPathFactory) -> FinishedDemo:
    """Return the demo, which is made once: the tree, its index, the exported files and crops."""

    def make(folder: Path) -> None:
        folder.mkdir()
        done = _run(["sh", "-c", _DEMO], folder, _sooner(factory))
        assert done.code == 0, done.text
        (folder / "printed.txt").write_text(done.text, encoding="utf-8")

    made = made_once(factory, "finished_demo", make)
    return FinishedDemo(made / "demo", (made / "printed.txt").read_text(encoding="utf-8"))


class PageRun:
    """A page whose examples are run: each after those before it, in one folder.

    The folder holds the demo as `demo`, unless the page makes it, and as `datasets` where a command
    reads the default root. It is also the home of the user, so that `~/datasets` is in it.
    """

    def __init__(
        self,
        page: Path,
        folder: Path,
        demo: FinishedDemo,
        wheels: Path | None = None,
        more: dict[str, str] | None = None,
    ) -> None:
        """Make `folder`; `pip` installs a wheel of the folder `wheels`, and nothing else.

        `more` are variables of its examples.
        """
        self.folder, self._demo = folder, demo
        self._more = (more or {}) | ({} if wheels is None else _installing(wheels, folder))
        self._examples = list(examples(page))
        self._printed: list[Printed] = []
        folder.mkdir()
        commands = "\n".join(one.code for one in self._examples)
        if _DEMO not in commands:
            quick_copy(demo.tree, folder / "demo")
        if _DEFAULT_ROOT.search(commands.replace(_DEMO, "")):
            quick_copy(demo.tree, folder / "datasets")

    def run(self, example: Example) -> Printed:
        """Return what an example prints; run first what is before it and was not run yet."""
        place = self._examples.index(example)
        while len(self._printed) <= place:
            following = self._examples[len(self._printed)]
            if following.code == _DEMO:
                quick_copy(self._demo.tree, self.folder / "demo")
                self._printed.append(Printed(0, self._demo.printed))
            else:
                self._printed.append(self._run(following))
        return self._printed[place]

    def _run(self, example: Example) -> Printed:
        # What needs the clients is run with them.
        return Printed(0, "") if example.needs_clients else self._started(example)

    def _started(self, example: Example) -> Printed:
        """Run an example as a process of its own."""
        if example.language == "python":
            (self.folder / "script.py").write_text(example.code, encoding="utf-8")
            return _run(["script", "script.py"], self.folder, self._more)
        if runs_on(example):
            return _serve(example.code, self.folder)
        if words := plain_words(example.code):
            return _command(words, self.folder, self._more)
        return _run(["sh", "-e", "-c", example.code], self.folder, self._more)


def runs_on(example: Example) -> bool:
    """Whether a command runs until a signal ends it."""
    return _SERVE in example.code


def plain_words(code: str) -> list[str]:
    """Return the arguments of a line that is `ovmr-index` alone; none where a shell does more."""
    if not code.startswith("ovmr-index ") or _OF_SHELL.search(_QUOTED.sub("", code.strip())):
        return []
    return shlex.split(code)[1:]


def page_run(factory: pytest.TempPathFactory, page: Path) -> PageRun:
    """Return a run of a page; `pip install` in it takes the wheel of this checkout."""
    installs = any("pip install" in one.code for one in examples(page))
    wheels = archives(factory).wheel.parent if installs else None
    folder, more = factory.mktemp("page") / "folder", {MADE_INDEXES: str(made_indexes(factory))}
    return PageRun(page, folder, finished_demo(factory), wheels, more)


def _sooner(factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the variables with which a demo takes a tree and an index that are there."""
    return {DEMO_TREE: str(whole_demo(factory)), MADE_INDEXES: str(made_indexes(factory))}


def _installing(wheels: Path, folder: Path) -> dict[str, str]:
    """Return the variables with which pip takes a wheel alone, and puts it below the folder."""
    return {
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(wheels),
        "INSTALLED": str(folder / "installed"),
    }


def _serve(command: str, folder: Path) -> Printed:
    """Start `serve` on a port that is free; return what it prints until a signal ends it."""
    program, *arguments = shlex.split(command)
    assert program == "ovmr-index"
    process = warm_start().start(
        *arguments, "--port", 0, more=_environment(folder), folder=folder, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    address = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    return Printed(0 if process.returncode == 130 else process.returncode, address)


def _command(words: list[str], folder: Path, more: dict[str, str]) -> Printed:
    """Start `ovmr-index` as a shell would: to start that shell takes longer than many a command."""
    process = warm_start().start(
        *words, more=_environment(folder) | more, folder=folder, stderr=subprocess.STDOUT
    )
    printed, _ = process.communicate(timeout=120)
    return Printed(process.returncode, printed)


def _run(program: list[str], folder: Path, more: dict[str, str] | None = None) -> Printed:
    done = subprocess.run(
        program,
        cwd=folder,
        env=_environment(folder) | (more or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return Printed(done.returncode, done.stdout)


def _environment(folder: Path) -> dict[str, str]:
    """Return variables for a process in a folder, and make the programs that it calls."""
    programs = folder / "bin"
    if not programs.exists():
        programs.mkdir()
        warm_start().write_program(programs / "ovmr-index", "ovmr-index")
        warm_start().write_program(programs / "script")
        for name, script in (("pip", _PIP), ("python3", _PYTHON)):
            (programs / name).write_text(script.format(python=shlex.quote(sys.executable)))
            (programs / name).chmod(0o755)
    return environment() | {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
        "BROWSER": "true",
        # To start processes would take longer than what they do for the demo's few images.
        "OVMR_INDEX_WORKERS": "1",
    }
