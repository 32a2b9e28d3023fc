"""What the steps took, and their yardsticks, in one run."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import Run, run
from benchmarks.steps import Step
from benchmarks.yardsticks import Yardstick


@dataclass(frozen=True)
class Result:
    """What a step took: its best seconds with those of CPU, peak memory in bytes, its records."""

    seconds: float
    cpu: float
    memory: int | None
    records: int | None


def run_step(step: Step, root: Path, db: str | None = None) -> Result:
    """Run a step on the tree at `root`, whose index is `root`/ovmr.db, or at the URL `db`.

    Raises CommandError where it fails, or needs more private memory than it may.
    """
    with nullcontext() if step.change is None else step.change(root):
        runs = [_run_once(step, root, db) for _ in range(step.runs)]
    best = min(runs, key=lambda one: one.seconds)
    peaks = [one.memory for one in runs if one.memory is not None]
    records = None if step.count is None else step.count(json.loads(runs[0].output))
    return Result(best.seconds, best.cpu, max(peaks, default=None), records)


def _run_once(step: Step, root: Path, db: str | None) -> Run:
    command = (sys.executable, "-m", "ovmr_index", *step.arguments)
    settings = {"OVMR_INDEX_ROOT": str(root), "OVMR_INDEX_DB": db or str(root / "ovmr.db")}
    return run(f"ovmr-index {' '.join(step.arguments)}", command, settings, limited=True)


def run_steps(
    steps: Sequence[Step],
    root: Path,
    after: Callable[[Step], None] | None = None,
    db: str | None = None,
) -> tuple[list[Result], dict[Yardstick, float]]:
    """Run steps in turn on a new index; return their results and the seconds of the yardsticks.

    The index is `root`/ovmr.db, or in the empty database of the URL `db`.
    `after` is called with each step that was run. Each yardstick is measured right before its step.
    The speed of a machine drifts: one that several steps share is measured again at the end, and
    the shorter time counts. What is done is said on standard error.

    Raises CommandError where a step or a yardstick fails.
    """
    (root / "ovmr.db").unlink(missing_ok=True)
    results = []
    measured: dict[Yardstick, float] = {}
    for step in steps:
        if step.yardstick is not None and step.yardstick not in measured:
            measured[step.yardstick] = step.yardstick.seconds(root)
        results.append(run_step(step, root, db))
        print(f"{step.name}: {results[-1].seconds:.2f} s", file=sys.stderr, flush=True)
        if after is not None:
            after(step)
    for shared in _shared(steps):
        measured[shared] = min(measured[shared], shared.seconds(root))
    return results, measured


def _shared(steps: Iterable[Step]) -> list[Yardstick]:
    uses = Counter(step.yardstick for step in steps)
    return [yardstick for yardstick, count in uses.items() if yardstick and count > 1]
