"""Stress the program for an hour: `python -m tests.torture --minutes 60 --seed 1`."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ovmr_index.demo.tree import make_demo_tree
from tests.torture import model, readers
from tests.torture.disks import Disks
from tests.torture.fuzz import Fuzz
from tests.torture.kills import Kills
from tests.torture.races import Races
from tests.torture.squeezes import Squeezes
from tests.torture.table import table
from tests.torture.trials import Trial
from tests.torture.workplace import Workplace

# The share of the time that each part has.
PARTS = {
    "kills": 0.5,
    "squeezes": 0.1,
    "races": 0.08,
    "disks": 0.08,
    "model": 0.09,
    "fuzz": 0.05,
    "readers": 0.1,
}


def main() -> None:
    """Run the trials, print what failed as it fails, and a table at the end."""
    arguments = _arguments()
    done: list[Trial] = []
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        make_demo_tree(Path(folder) / "demo")
        workplace = Workplace(Path(folder) / "work", Path(folder) / "demo")
        kills = Kills(workplace, arguments.seed)
        for part in arguments.parts:
            end = time.monotonic() + 60 * arguments.minutes * PARTS[part] / _total(arguments.parts)
            for trial in _trials(part, workplace, arguments.seed, kills):
                done.append(trial)
                for problem in trial.problems:
                    _show(f"{trial.part} {trial.seed}, {trial.stress}: {problem}")
                if time.monotonic() > end:
                    break
    _show(table(done))
    sys.exit(any(trial.problems for trial in done))


def _show(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long (60)")
    parser.add_argument("--seed", type=int, default=1, help="what the chances come from (1)")
    parser.add_argument("--parts", nargs="+", choices=[*PARTS], default=[*PARTS])
    return parser.parse_args()


def _total(parts: list[str]) -> float:
    return sum(PARTS[part] for part in parts)


def _trials(part: str, workplace: Workplace, seed: int, kills: Kills) -> Iterator[Trial]:
    parts: dict[str, Iterator[Trial]] = {
        "kills": kills.trials(),
        "squeezes": Squeezes(workplace, seed, kills).trials(),
        "races": Races(workplace, seed, kills).trials(),
        "disks": Disks(workplace, seed, kills).trials(),
        "readers": readers.trials(workplace.folder, seed),
        "model": model.trials(workplace.folder, workplace.empty_index(), seed),
        "fuzz": Fuzz(workplace, seed).trials(),
    }
    return parts[part]


if __name__ == "__main__":
    main()
