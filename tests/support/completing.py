"""An interactive shell in a terminal, in which completion is installed and keys are pressed.

The program that the shell finds prints its arguments, so that a test sees what a completed line
means; the questions of completion go to the real one.
"""

import fcntl
import os
import select
import shutil
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.runs import environment
from tests.support.warm import warm_start

_PROGRAM = """#!/bin/sh
if [ -n "$_OVMR_INDEX_COMPLETE" ] || [ "$1" = --install-completion ]; then
    exec "$0.warm" "$@"
fi
printf '<%s>' "$@"
echo ' done'
"""
_LONGEST = 60  # seconds that an answer may take on a busy machine
_DEVICE = b"\x1b[c"  # asks which terminal this is; fish waits for an answer
_VT100 = b"\x1b[?1;2c"


class Shell:
    """A shell that waits for keys."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._read = b""

    def run(self, keys: str) -> str:
        """Press keys and Enter; return what the program says that its arguments are."""
        before = len(self._read)
        os.write(self._terminal, f"{keys}\r".encode())
        end = time.monotonic() + _LONGEST
        while b"> done" not in self._read[before:]:
            assert time.monotonic() < end, self._read[before:]
            self._take()
        said = self._read[before:].decode().partition("> done")[0]
        return said[said.index("<") :] + ">"

    def _take(self) -> None:
        if select.select([self._terminal], [], [], 1)[0]:
            new = os.read(self._terminal, 1 << 16)
            if _DEVICE in new:
                os.write(self._terminal, _VT100)
            self._read += new


def require_shell(name: str) -> None:
    """Leave the test out where a shell is missing, or fail where OVMR_INDEX_NEED_SHELLS is set."""
    if shutil.which(name) is None:
        if os.environ.get("OVMR_INDEX_NEED_SHELLS"):
            pytest.fail(f"{name} is not here")
        pytest.skip(f"{name} is not here")


def home_with_completion(home: Path, name: str, root: Path) -> dict[str, str]:
    """Install the completion of a shell into a home; return the environment of the shell."""
    program = home / "bin" / "ovmr-index"
    program.parent.mkdir(parents=True)
    program.write_text(_PROGRAM)
    program.chmod(0o755)
    warm_start().write_program(program.with_name(f"{program.name}.warm"), program.name)
    kept = {key: value for key, value in environment().items() if not key.startswith("XDG_")}
    variables = kept | {
        "HOME": str(home),
        "PATH": f"{program.parent}:{kept['PATH']}",
        "TERM": "dumb" if name == "bash" else "xterm",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "OVMR_INDEX_ROOT": str(root),
    }
    subprocess.run([program, "--install-completion", name], env=variables, check=True)
    return variables


@contextmanager
def interactive(name: str, variables: dict[str, str], folder: Path) -> Iterator[Shell]:
    """Start an interactive shell in a folder, on a terminal of its own."""
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("4H", 40, 150, 0, 0))
    started = subprocess.Popen(
        ["setsid", "--ctty", name, "-i"],
        stdin=its,
        stdout=its,
        stderr=its,
        env=variables,
        cwd=folder,
    )
    os.close(its)
    try:
        yield Shell(ours)
    finally:
        started.kill()
        started.wait()
        os.close(ours)
