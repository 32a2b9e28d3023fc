"""Runs of the command line: within the test's process, and as a process of its own."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import typer.main
import typer.testing
from typer.testing import CliRunner

import ovmr_index
from ovmr_index.cli.app import app

CHECKOUT = Path(ovmr_index.__file__).parents[1]
COMMAND = (sys.executable, "-m", "ovmr_index")
PYTHON = (sys.executable,)
_STEERING = ("OVMR_INDEX_", "NO_COLOR", "FORCE_COLOR")
# Gives up root's power to read and write what nobody may (capset, VERSION_3), and runs a module.
_WITHOUT_POWER = """
import ctypes, os, runpy, sys
if os.getuid() == 0:
    header, no_power = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capset(header, no_power) == 0
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""

# To build the command line takes as long as many a command, and tests call some thousands.
patch.object(typer.testing, "_get_command", functools.cache(typer.main.get_command)).start()


class Run(NamedTuple):
    """How a run ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Return standard output as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """Return the one line on standard error."""
        (line,) = self.err.splitlines()
        assert line.startswith("ovmr-index: error: ")
        return line


def call(*arguments: object, root: Path | None = None, stdin: str | bytes | None = None) -> Run:
    """Run a command within this process; `root` is given by its variable.

    So messages name commands without it, as to a person who has set it.
    """
    given = {} if root is None else {"OVMR_INDEX_ROOT": str(root)}
    runner = CliRunner(env=environment() | given)
    done = runner.invoke(app, [*map(str, arguments)], input=stdin)
    return Run(done.exit_code, done.stdout, done.stderr)


def command_line(*arguments: object) -> list[str]:
    """Return what starts a command as a process of its own."""
    return [*COMMAND, *map(str, arguments)]


def start(
    *arguments: object, more: dict[str, str] | None = None, **options: Any
) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen(
        command_line(*arguments),
        text=True,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)} | (more or {}),
        **streams,
    )


def run(*arguments: object, more: dict[str, str] | None = None, **options: Any) -> Run:
    """Run a command as a process of its own, to its end."""
    with start(*arguments, more=more, **options) as process:
        out, err = process.communicate(timeout=120)
    return Run(process.returncode, out or "", err or "")


def python(code: str, *arguments: object) -> list[str]:
    """Return what starts Python with code that opens indexes; it is to run in the checkout."""
    return [*PYTHON, "-c", code, *map(str, arguments)]


def run_without_power(*arguments: object) -> Run:
    """Run a command as a process that the modes of files hold for, whoever runs the tests."""
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_POWER, COMMAND[-1], *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
    )
    return Run(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    """Return the environment without what would steer the command line, as the user's settings."""
    kept = {name: os.environ[name] for name in os.environ if not name.startswith(_STEERING)}
    return kept | {"XDG_CONFIG_HOME": os.devnull}
