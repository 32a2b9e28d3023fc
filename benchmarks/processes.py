"""A command in a process: its seconds, on the clock and of CPU, its memory, what it prints."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

MOST_DATA = 512 << 20  # bytes of private memory that each process of a command is allowed
INTERVAL = 0.02  # seconds between two measurements of the memory

_PROC = Path("/proc")
_LIMITED = ("sh", "-c", f'ulimit -d {MOST_DATA >> 10} && exec "$@"', "sh")


class CommandError(Exception):
    """A command that should have worked did not."""


class Run(NamedTuple):
    """One run of a command.

    `seconds` is wall time, start and end of the process included. `cpu` is the user and system
    time of the process and its descendants together, in seconds. `memory` is the peak in bytes of
    their private memory together, None where /proc is not there.
    """

    seconds: float
    cpu: float
    memory: int | None
    output: str


def run(
    name: str,
    command: Sequence[str],
    settings: Mapping[str, str],
    *,
    limited: bool = False,
    beside: Sequence[int] = (),
) -> Run:
    """Run a command to its end, with `settings` added to the environment.

    Python keeps what it compiles, as it does by default. A `limited` one may have at
    most `MOST_DATA` of private memory a process. The memory of the processes `beside` it, by pid,
    and of their descendants is measured with its own.

    Raises CommandError, with the `name`, if it exits with anything but 0.
    """
    started, used = time.perf_counter(), _cpu_of_children()
    process = subprocess.Popen(
        (*_LIMITED, *command) if limited else command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **settings},
    )
    watch = MemoryWatch(process.pid, *beside)
    with process, watch:
        output, errors = process.communicate()
        seconds = time.perf_counter() - started
    if process.returncode:
        raise CommandError(f"{name}: exit code {process.returncode}: {errors.strip()}")
    return Run(seconds, _cpu_of_children() - used, watch.peak, output)


def _cpu_of_children() -> float:
    """Return the CPU seconds of all processes that ended and were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class MemoryWatch:
    """The peak of the private memory of processes and their descendants, while the `with` lasts.

    Private is what proc(5) calls RssAnon: memory in use that no file stands behind.
    """

    def __init__(self, *pids: int) -> None:
        """Measure nothing yet."""
        self.peak: int | None = None
        self._family, self._strangers = {*pids}, set[int]()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        """Begin to measure, unless there is no /proc."""
        if (_PROC / "self" / "status").exists():
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        """End measuring."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _watch(self) -> None:
        while True:
            self._adopt()
            self.peak = max(self.peak or 0, sum(map(private_memory, self._family)))
            if self._ended.wait(INTERVAL):
                return

    def _adopt(self) -> None:
        """Find the children of the family among the processes that were not there before.

        The kernel's lists of children are not in every kernel, and a child may be in a session of
        its own; so each process is asked for its parent, once.
        """
        running = {int(name) for name in os.listdir(_PROC) if name.isdigit()}
        self._family &= running
        self._strangers &= running
        for pid in sorted(running - self._family - self._strangers):
            (self._family if _parent(pid) in self._family else self._strangers).add(pid)


def private_memory(pid: int) -> int:
    """Return the bytes of private memory that a process uses, 0 if it has ended."""
    try:
        status = (_PROC / str(pid) / "status").read_bytes()
    except OSError:
        return 0
    _, _, value = status.partition(b"RssAnon:")
    return int(value.split(maxsplit=1)[0]) << 10 if value else 0


def _parent(pid: int) -> int | None:
    try:
        state = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The name of the program, in parentheses, may hold anything; state and parent follow it.
    return int(state.rpartition(b")")[2].split()[1])
