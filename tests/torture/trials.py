"""One trial of a command under stress, and what must hold after it."""

import re
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.support.runs import Run
from tests.torture.workplace import Command, Outcome, finished, leftovers, outcome

SOURCES = ("lvis_v1_train", "lvis_v1_val", "visual_genome", "imagenet21k")
_BY_SOURCE = ("regions", "images", "region_synsets", "image_categories")
# What Python prints for a worker that is to begin when its parent is killed: it has read nothing of
# what to do, and runs nothing of the program.
_BEGINNING = re.compile(
    r"Traceback .*\n(?: .*\n)* .*in spawn_main\n(?: .*\n)*(?:EOFError|_pickle\.UnpicklingError): "
)


class Trial(NamedTuple):
    """What was done to a command and what was wrong afterwards; `seed` repeats it.

    A trial may be of many inputs, `inputs` of them.
    """

    part: str
    command: str
    stress: str
    seed: str
    problems: tuple[str, ...]
    inputs: int = 1


class Expected(NamedTuple):
    """What a tree holds before a command, after it, and how long that takes in seconds."""

    before: Outcome
    after: Outcome
    code: int
    seconds: float


def in_turn(
    commands: Sequence[Command], trial: Callable[[Command, int], Trial], *, at_once: int = 1
) -> Iterator[Trial]:
    """Yield a trial of each command in turn, numbered from 0, then each again, without end.

    `at_once` are under way at a time; those that are when nobody asks for more come to their end.
    """
    with ThreadPoolExecutor(at_once) as pool:
        running: deque[Future[Trial]] = deque()
        for number in count():
            for command in commands:
                running.append(pool.submit(trial, command, number))
                if len(running) == at_once:
                    yield running.popleft().result()


def problems_after(
    root: Path, command: Command, stopped: Run, expected: Expected, codes: tuple[int, ...]
) -> tuple[str, ...]:
    """Return what is wrong after a command was disturbed, and after it ran once more.

    Args:
        root: The tree.
        command: The command.
        stopped: How the disturbed run ended.
        expected: What an undisturbed run does.
        codes: The exit codes that the disturbance allows beside that of an undisturbed run.
    """
    problems = _of_run(stopped, (expected.code, *codes))
    try:
        problems += between(command, outcome(root), expected)
    except AssertionError as error:
        problems.append(f"the index is damaged: {str(error)[:200]}")
    again = finished(root, command)
    problems += [f"again: {one}" for one in _of_run(again, (expected.code, 1, 2))]
    try:
        found = outcome(root)
    except AssertionError as error:
        return (*problems, f"the index is damaged after the next run: {str(error)[:200]}")
    if found.rows != expected.after.rows:
        differing = [
            name for name, rows in found.rows.items() if expected.after.rows.get(name) != rows
        ]
        problems.append(f"the next run differs in {differing}")
    if found.files != expected.after.files:
        differing = sorted(dict(found.files.items() ^ expected.after.files.items()))
        problems.append(f"the next run differs in files {differing[:3]}")
    problems += [f"left behind: {name}" for name in leftovers(root)]
    return tuple(problems)


def _of_run(done: Run, codes: tuple[int, ...]) -> list[str]:
    problems = []
    if done.code not in codes:
        problems.append(f"exit code {done.code}: {done.err.strip()[-200:]}")
    if has_traceback(done):
        problems.append(f"a traceback: {done.err.strip()[-1_000:]}")
    return problems


def has_traceback(done: Run) -> bool:
    """Return whether a run printed a traceback other than Python's of a worker without a parent."""
    killed = done.code == -signal.SIGKILL
    return "Traceback" in (_BEGINNING.sub("", done.err) if killed else done.err)


def between(command: Command, found: Outcome, expected: Expected) -> list[str]:
    """Return where something is neither as before a command nor as after it."""
    before, after = expected.before, expected.after
    problems = [
        f"the file {name} is torn"
        for name, content in found.files.items()
        if not name.rpartition("/")[2].startswith(".")  # what has no name yet
        and content not in (before.files.get(name), after.files.get(name))
    ]
    if command.is_one_transaction:
        problems += [
            f"{name} are those of no whole transaction"
            for name, rows in found.rows.items()
            if rows not in (before.rows.get(name), after.rows.get(name))
        ]
    problems += [
        f"{table} of {source} are those of no whole transaction"
        for table in _BY_SOURCE
        for source in SOURCES
        if _of(source, found.rows.get(table, ()))
        not in [_of(source, state.rows.get(table, ())) for state in (before, after)]
    ]
    return problems


def _of(source: str, rows: Sequence[str]) -> list[str]:
    return [row for row in rows if row.startswith(f"('{source}'")]
