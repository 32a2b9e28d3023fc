"""Two writing commands at once on one index, with a reader beside them."""

import random
import shutil
import time
from collections.abc import Iterator

from tests.support.runs import Run
from tests.support.warm import warm_start
from tests.torture.kills import Kills
from tests.torture.trials import Trial, in_turn, problems_after
from tests.torture.workplace import COMMANDS, Command, Workplace

_READER = ("sql", "SELECT count(*) AS n FROM exemplars", "--format", "csv")
_PATIENCE = 120  # seconds


class Races:
    """Trials of every command beside another run of itself and a reader."""

    def __init__(self, workplace: Workplace, seed: int, undisturbed: Kills) -> None:
        """Take the undisturbed runs from the trials of kills."""
        self._workplace, self._seed = workplace, seed
        self._undisturbed = undisturbed

    def trials(self, commands: tuple[Command, ...] = COMMANDS) -> Iterator[Trial]:
        """Return trials without end: of each command in turn, then each again."""
        return in_turn(commands, self.trial)

    def trial(self, command: Command, number: int) -> Trial:
        """Return the trial of a number; the order of the processes is the machine's."""
        expected = self._undisturbed.expected(command)
        name = f"{self._seed}:{command.name}:{number}"
        delay = random.Random(name).random() * expected.seconds / 2
        root = self._workplace.new("trial", command)
        try:
            reading = ["--root", str(root), *_READER]
            first, second, reader = _race(command.line(root), reading, delay)
            problems = problems_after(root, command, first, expected, (1, 2))
            problems += tuple(_of(second, "the second") + _of(reader, "the reader"))
        finally:
            shutil.rmtree(root)
        return Trial("races", command.name, f"a second one after {delay:.2f} s", name, problems)


def _race(line: list[str], reading: list[str], delay: float) -> list[Run]:
    """Start a command twice, and a reader, and return how they ended."""
    start = warm_start().start
    with start(*line) as first:
        time.sleep(delay)
        with start(*line) as second, start(*reading) as reader:
            runs = []
            for process in (first, second, reader):
                out, err = process.communicate(timeout=_PATIENCE)
                runs.append(Run(process.returncode, out, err))
    return runs


def _of(done: Run, who: str) -> list[str]:
    """Return what is wrong with the end of a run that may lose a race, but not fall over."""
    allowed = (0, 1, 2)
    if done.code in allowed and "Traceback" not in done.err:
        return []
    return [f"{who} ended with {done.code}: {done.err.strip()[-200:]}"]
