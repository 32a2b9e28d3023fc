"""Commands that get too little of something: disk, memory, descriptors, permission."""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support.runs import CHECKOUT, Run, environment
from tests.torture.kills import Kills
from tests.torture.trials import Trial, in_turn, problems_after
from tests.torture.workplace import COMMANDS, Command, Workplace

# Runs the program within a limit of `resource`; a file that would grow beyond it fails as on a
# full disk, where SIGXFSZ is ignored, as Python does.
_LIMITED = """
import resource, sys
kind, value = getattr(resource, sys.argv[1]), int(sys.argv[2])
from ovmr_index.cli import main
resource.setrlimit(kind, (value, value))
sys.argv[1:] = sys.argv[3:]
main()
"""
# Runs the program without root's power to write what nobody may write (capset, VERSION_3).
_WITHOUT_POWER = """
import ctypes, os, sys
from ovmr_index.cli import main
if os.getuid() == 0:
    header, no_power = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capset(header, no_power) == 0
sys.argv[1:] = sys.argv[3:]
main()
"""
_MIB = 1 << 20
_LIMITS = {
    "a full disk": ("RLIMIT_FSIZE", 4_096, 6 * _MIB),
    "few descriptors": ("RLIMIT_NOFILE", 6, 40),
    "little memory": ("RLIMIT_AS", 120 * _MIB, 700 * _MIB),
}
_READ_ONLY = "read-only"


class Squeezes:
    """Trials of every command with every shortage."""

    def __init__(self, workplace: Workplace, seed: int, undisturbed: Kills) -> None:
        """Take the undisturbed runs from the trials of kills."""
        self._workplace, self._seed = workplace, seed
        self._undisturbed = undisturbed

    def trials(self, commands: tuple[Command, ...] = COMMANDS) -> Iterator[Trial]:
        """Return trials without end: of each command in turn, then each again."""
        return in_turn(commands, self.trial)

    def trial(self, command: Command, number: int) -> Trial:
        """Return the trial of a number, which is done again in the same way by the same seed."""
        expected = self._undisturbed.expected(command)
        name = f"{self._seed}:{command.name}:{number}"
        stresses = [*_LIMITS, _READ_ONLY]
        stress = stresses[number % len(stresses)]
        root = self._workplace.new("trial", command)
        try:
            if stress == _READ_ONLY:
                stopped = _read_only(command, root)
            else:
                kind, low, high = _LIMITS[stress]
                value = random.Random(name).randint(low, high)
                stopped = _run(_LIMITED, kind, str(value), command.line(root))
                stress = f"{stress} ({kind} {value:,})"
            problems = problems_after(root, command, stopped, expected, (1,))
        finally:
            shutil.rmtree(root)
        return Trial("squeezes", command.name, stress, name, problems)


def _read_only(command: Command, root: Path) -> Run:
    """Run a command where no folder below the root, nor the index, can be written."""
    closed = [root, *(path for path in root.rglob("*") if path.is_dir()), *root.glob("ovmr.db")]
    modes = [(path, path.stat().st_mode) for path in closed]
    for path, mode in modes:
        path.chmod(mode & ~0o222)
    try:
        return _run(_WITHOUT_POWER, "", "", command.line(root))
    finally:
        for path, mode in modes:
            path.chmod(mode)


def _run(code: str, kind: str, value: str, line: list[str]) -> Run:
    done = subprocess.run(
        [sys.executable, "-c", code, kind, value, *line],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)
