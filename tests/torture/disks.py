"""Disks that fail while the index is written, and power that goes: what is left must be whole."""

import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.runs import CHECKOUT, Run, environment
from tests.support.warm import warm_start
from tests.torture.faulty_disk import Operation, read_log
from tests.torture.kills import Kills
from tests.torture.trials import Trial, between, problems_after
from tests.torture.workplace import COMMANDS, Command, Workplace, outcome

CUTS = 10  # moments at which the power goes, of each run
_SECTOR = 512  # bytes that a disk writes whole
_ERRORS = {"SQLITE_IOERR_WRITE": 778, "SQLITE_IOERR_FSYNC": 1034, "SQLITE_FULL": 13}
_INDEX = "ovmr.db"
_FILES = (_INDEX, f"{_INDEX}-journal")
# Commands that begin with an index; what a first ingest writes has another name until it is whole.
WRITING = tuple(
    one for one in COMMANDS if one.name.startswith(("ingest", "sample", "import"))
) + tuple(one for one in COMMANDS if one.name in {"collate", "vocabulary add", "partition add"})


class Disks:
    """Trials of commands whose disk fails, and of what a loss of power leaves of their writes."""

    def __init__(
        self, workplace: Workplace, seed: int, undisturbed: Kills, cuts: int = CUTS
    ) -> None:
        """Take the undisturbed runs from the trials of kills."""
        self._workplace, self._seed = workplace, seed
        self._undisturbed, self._cuts = undisturbed, cuts

    def trials(self, commands: tuple[Command, ...] = WRITING) -> Iterator[Trial]:
        """Yield trials without end: of each command in turn, then each again."""
        number = 0
        while True:
            for command in commands:
                operations, *lost = self.power(command, number)
                yield from lost
                yield self.error(command, number, operations)
            number += 1

    def power(self, command: Command, number: int) -> tuple[list[Operation], *tuple[Trial, ...]]:
        """Return what a run does to the index, and trials of losses of power meanwhile."""
        expected = self._undisturbed.expected(command)
        root = self._workplace.new("trial", command)
        before = (root / _INDEX).read_bytes()
        try:
            _run(command, root, -1, 0)
            operations = read_log(root / "log")
        finally:
            shutil.rmtree(root)
        of_index = [one for one in operations if one.file in _FILES]
        found = []
        for cut in range(self._cuts):
            name = f"{self._seed}:{command.name}:{number}:{cut}"
            chance = random.Random(name)
            at = chance.randint(0, len(of_index))
            root.mkdir()
            try:
                for file, content in after_power_loss(before, of_index[:at], chance).items():
                    (root / file).write_bytes(content)
                problems = between(command, outcome(root), expected)
            except AssertionError as error:
                problems = [f"the index is damaged: {str(error)[:200]}"]
            finally:
                shutil.rmtree(root)
            stress = f"no power after {at} of {len(of_index)} writes"
            problems = [one for one in problems if not one.startswith("the file")]
            found.append(Trial("power", command.name, stress, name, tuple(problems)))
        return operations, *found

    def error(self, command: Command, number: int, operations: Sequence[Operation]) -> Trial:
        """Return the trial of a disk that fails from one of a run's operations on."""
        expected = self._undisturbed.expected(command)
        name = f"{self._seed}:{command.name}:{number}"
        chance = random.Random(name)
        error = chance.choice([*_ERRORS])
        at = chance.randrange(max(1, len(operations)))
        root = self._workplace.new("trial", command)
        try:
            stopped = _run(command, root, at, _ERRORS[error])
            (root / "log").unlink()
            problems = problems_after(root, command, stopped, expected, (1,))
        finally:
            shutil.rmtree(root)
        return Trial("disk errors", command.name, f"{error} after {at} writes", name, problems)


def after_power_loss(
    before: bytes, operations: Sequence[Operation], chance: random.Random
) -> dict[str, bytes]:
    """Return the index and its journal as a disk may hold them when the power goes.

    What was synced is there. Of what was not, any part may be there, in any order; a write may have
    reached some of its sectors only.
    """
    disk = {_INDEX: bytearray(before)}
    waiting: dict[str, list[Operation]] = {}
    for operation in operations:
        pending = waiting.setdefault(operation.file, [])
        if operation.what == "sync":
            for one in pending:
                _apply(disk, one)
            pending.clear()
        elif operation.what == "delete":
            pending.clear()
            disk.pop(operation.file, None)
        else:
            pending.append(operation)
    for pending in waiting.values():
        for one in pending:
            if chance.random() < 0.5:
                _apply(disk, one, chance)
    return {name: bytes(content) for name, content in disk.items()}


def _apply(
    disk: dict[str, bytearray], operation: Operation, torn: random.Random | None = None
) -> None:
    """Do a write or a truncation; with chances a write may reach some sectors only."""
    content = disk.setdefault(operation.file, bytearray())
    if operation.what == "truncate":
        del content[operation.offset :]
        return
    for start in range(0, len(operation.data), _SECTOR):
        if torn is None or torn.random() < 0.8:
            at = operation.offset + start
            part = operation.data[start : start + _SECTOR]
            content.extend(bytes(max(0, at - len(content))))
            content[at : at + len(part)] = part


def _run(command: Command, root: Path, fail_at: int, error: int) -> Run:
    program = root.with_name("faulty disk")
    warm_start().write_program(program, "-m", "tests.torture.faulty_disk")
    done = subprocess.run(
        [program, str(root / "log"), str(fail_at), str(error), *command.line(root)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)
