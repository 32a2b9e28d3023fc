"""Commands that are killed at any moment: whole transactions, whole files, and the next run."""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

from tests.support.runs import Run, start
from tests.torture.trials import Expected, Trial, in_turn, problems_after
from tests.torture.workplace import COMMANDS, Command, Workplace, finished, outcome

SIGNALS = {
    signal.SIGKILL: (-signal.SIGKILL,),
    signal.SIGTERM: (143, -signal.SIGTERM),
    signal.SIGHUP: (129, -signal.SIGHUP),
    signal.SIGINT: (130, -signal.SIGINT),
}
_PATIENCE = 60  # seconds


class Kills:
    """Trials of every command with every signal, one after the other for as long as is asked."""

    def __init__(self, workplace: Workplace, seed: int) -> None:
        """Expect nothing yet: each command runs undisturbed when it first has its turn."""
        self._workplace, self._seed = workplace, seed
        self._expected: dict[str, Expected] = {}

    def trials(self, commands: tuple[Command, ...] = COMMANDS) -> Iterator[Trial]:
        """Return trials without end: of each command in turn, then each again."""
        return in_turn(commands, self.trial)

    def trial(self, command: Command, number: int) -> Trial:
        """Return the trial of a number, which is done again in the same way by the same seed."""
        expected = self.expected(command)
        name = f"{self._seed}:{command.name}:{number}"
        chance = random.Random(name)
        sent = [*SIGNALS][number % len(SIGNALS)]
        wait = chance.random() * expected.seconds
        to_all = chance.random() < 0.3
        root = self._workplace.new("trial", command)
        try:
            stopped = _kill(command.line(root), sent, wait, to_all=to_all)
            problems = problems_after(root, command, stopped, expected, SIGNALS[sent])
        finally:
            shutil.rmtree(root)
        whom = "all processes" if to_all else "the process"
        return Trial("kills", command.name, f"{sent.name} to {whom}", name, problems)

    def expected(self, command: Command) -> Expected:
        """Return what an undisturbed run does."""
        if command.name not in self._expected:
            root = self._workplace.new("undisturbed", command)
            before = outcome(root)
            started = time.perf_counter()
            done = finished(root, command)
            seconds = time.perf_counter() - started
            self._expected[command.name] = Expected(before, outcome(root), done.code, seconds)
            shutil.rmtree(root)
        return self._expected[command.name]


def _kill(line: list[str], sent: signal.Signals, wait: float, *, to_all: bool) -> Run:
    """Start a command, send it a signal after some seconds, and return how it ended."""
    with start(*line, start_new_session=True) as process:
        time.sleep(wait)
        with suppress(ProcessLookupError):
            if to_all:
                os.killpg(process.pid, sent)
            else:
                process.send_signal(sent)
        out, err = process.communicate(timeout=_PATIENCE)
    return Run(process.returncode, out, err)
