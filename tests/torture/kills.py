"""Commands that are killed at any moment: whole transactions, whole files, and the next run."""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

from tests.support.runs import Run
from tests.support.warm import warm_start
from tests.torture.trials import Expected, Trial, in_turn, problems_after
from tests.torture.workplace import COMMANDS, Command, Workplace, outcome

SIGNALS = {
    signal.SIGKILL: (-signal.SIGKILL,),
    signal.SIGTERM: (143, -signal.SIGTERM),
    signal.SIGHUP: (129, -signal.SIGHUP),
    signal.SIGINT: (130, -signal.SIGINT),
}
# Who gets the signal, and in how many of ten trials; where there is no worker, the process does.
WHOM = {"the process": 5, "all processes": 3, "a worker": 2}
_PATIENCE = 60  # seconds


class Kills:
    """Trials of every command with every signal, one after the other for as long as is asked."""

    def __init__(self, workplace: Workplace, seed: int) -> None:
        """Expect nothing yet: each command runs undisturbed when it first has its turn."""
        self._workplace, self._seed = workplace, seed
        self._expected: dict[str, Expected] = {}
        self._lock = Lock()

    def trials(
        self, commands: tuple[Command, ...] = COMMANDS, *, at_once: int = os.cpu_count() or 1
    ) -> Iterator[Trial]:
        """Return trials without end: of each command in turn, then each again.

        `at_once` are under way at a time, by default one a processor.
        """
        return in_turn(commands, self.trial, at_once=at_once)

    def trial(self, command: Command, number: int) -> Trial:
        """Return the trial of a number, which is done again in the same way by the same seed."""
        expected = self.expected(command)
        name = f"{self._seed}:{command.name}:{number}"
        chance = random.Random(name)
        sent = [*SIGNALS][number % len(SIGNALS)]
        wait = chance.random() * expected.seconds
        whom = chance.choices([*WHOM], [*WHOM.values()])[0]
        root = self._workplace.new(f"kill {command.name} {number}", command)
        try:
            stopped = _kill(command.line(root), sent, wait, whom)
            codes = (*SIGNALS[sent], 1) if whom == "a worker" else SIGNALS[sent]
            problems = problems_after(root, command, stopped, expected, codes)
        finally:
            shutil.rmtree(root)
        return Trial("kills", command.name, f"{sent.name} to {whom}", name, problems)

    def expected(self, command: Command) -> Expected:
        """Return what an undisturbed run does."""
        with self._lock:
            return self._undisturbed(command)

    def _undisturbed(self, command: Command) -> Expected:
        if command.name not in self._expected:
            root = self._workplace.new("undisturbed", command)
            before = outcome(root)
            started = time.perf_counter()
            done = warm_start().run(*command.line(root))  # started as the killed ones are
            seconds = time.perf_counter() - started
            assert done.code in {0, 1}, f"{command.name}: {done.err}"
            self._expected[command.name] = Expected(before, outcome(root), done.code, seconds)
            shutil.rmtree(root)
        return self._expected[command.name]


def _kill(line: list[str], sent: signal.Signals, wait: float, whom: str) -> Run:
    """Start a command, send a signal after some seconds, and return how it ended."""
    with warm_start().start(*line, start_new_session=True) as process:
        time.sleep(wait)
        with suppress(ProcessLookupError):
            if whom == "all processes":
                os.killpg(process.pid, sent)
            else:
                workers = _workers_of(process.pid) if whom == "a worker" else ()
                os.kill(workers[0] if workers else process.pid, sent)
        out, err = process.communicate(timeout=_PATIENCE)
    return Run(process.returncode, out, err)


def _workers_of(process: int) -> tuple[int, ...]:
    """Return the processes that a process has started, the last one first."""
    try:
        found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return ()
    return tuple(sorted(map(int, found), reverse=True))
