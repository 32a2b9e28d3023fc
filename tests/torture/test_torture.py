"""A little of each part of the hour that `make torture` takes, and that the harness can fail."""

import os
import pickle
import random
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from tests.support.few_synsets import index_of_demo_synsets
from tests.support.runs import PYTHON, Run
from tests.support.small_demo import make_small_demo
from tests.support.warm import warm_start
from tests.torture.disks import WRITING, Disks, after_power_loss
from tests.torture.faulty_disk import Operation
from tests.torture.fuzz import Fuzz, limit, mutated
from tests.torture.kills import Kills
from tests.torture.model import STEPS, Model, trials
from tests.torture.races import Races
from tests.torture.readers import READERS, read, seed_of
from tests.torture.squeezes import Squeezes
from tests.torture.table import table
from tests.torture.trials import Trial, has_traceback
from tests.torture.workplace import COMMANDS, Workplace

SEED = 7
CORPUS = Path(__file__).parent / "corpus"  # READER.WHAT
BY_NAME = {command.name: command for command in COMMANDS}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workplace(
    tmp_path_factory: pytest.TempPathFactory, demo_tree: Path, empty_index: Path
) -> Workplace:
    folder = tmp_path_factory.mktemp("torture")
    make_small_demo(demo_tree, folder / "demo")
    few = index_of_demo_synsets(tmp_path_factory, empty_index, demo_tree)
    return Workplace(folder / "work", folder / "demo", few)


@pytest.fixture(scope="module")
def kills(workplace: Workplace) -> Kills:
    return Kills(workplace, SEED)


@pytest.fixture
def exhaustive(request: pytest.FixtureRequest) -> bool:
    """Return whether there is time for more of each part."""
    return bool(request.config.getoption("--exhaustive"))


def _limited(line: list[str]) -> Run:
    """Run a command that starts at once, with the memory that an answer may take."""
    return warm_start().run(*line, preexec_fn=limit)


def _assert_held(found: Iterator[Trial], count: int) -> None:
    tried = list(islice(found, count))
    assert len(tried) == count
    failed = [trial for trial in tried if trial.problems]
    assert not failed, "\n".join(map(str, failed))


@pytest.mark.parametrize(
    ("names", "count"),
    [
        (("ingest again", "export crops"), 3),
        pytest.param(("db upgrade", "first ingest"), 4, marks=pytest.mark.exhaustive),
    ],
    ids=["usual", "rare"],
)
def test_killed_commands(kills: Kills, names: tuple[str, ...], count: int) -> None:
    _assert_held(kills.trials(tuple(BY_NAME[name] for name in names), at_once=1), count)


def test_commands_that_get_too_little(workplace: Workplace, kills: Kills) -> None:
    """Full disks and little memory are those of `test_transactions.py` and `test_memory.py`."""
    squeezes = Squeezes(workplace, SEED, kills)
    command = BY_NAME["export crops"]
    _assert_held((squeezes.trial(command, number) for number in (1, 3)), 2)


@pytest.mark.exhaustive  # the one before squeezes `export crops`
def test_exports_that_get_too_little(workplace: Workplace, kills: Kills) -> None:
    _assert_held(Squeezes(workplace, SEED, kills).trials((BY_NAME["export"],)), 4)


def test_commands_beside_each_other(workplace: Workplace, kills: Kills) -> None:
    some = [BY_NAME[name] for name in ("ingest again",)]
    _assert_held(Races(workplace, SEED, kills).trials(tuple(some)), 1)


def test_failing_disks_and_lost_power(
    workplace: Workplace, kills: Kills, *, exhaustive: bool
) -> None:
    cuts = 10 if exhaustive else 3
    _assert_held(Disks(workplace, SEED, kills, cuts).trials(WRITING[:1]), cuts + 1)


def test_sequences_of_commands(tmp_path: Path, workplace: Workplace, *, exhaustive: bool) -> None:
    count, steps = (3, STEPS) if exhaustive else (1, 12)
    _assert_held(trials(tmp_path, workplace.empty_index(), SEED, steps), count)


def test_damaged_files(workplace: Workplace, *, exhaustive: bool) -> None:
    _assert_held(Fuzz(workplace, SEED, _limited).trials(), 9 if exhaustive else 4)


@pytest.mark.parametrize("reader", READERS)
def test_readers_of_changed_bytes(reader: str, *, exhaustive: bool) -> None:
    chance = random.Random(SEED)
    read(reader, seed_of(reader))
    for _ in range(150 if exhaustive else 50):
        content, _how = mutated(seed_of(reader), chance)
        read(reader, content)


@pytest.mark.parametrize("kept", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_kept_inputs(kept: Path) -> None:
    read(kept.name.partition(".")[0], kept.read_bytes())


def test_the_model_sees_a_box_that_is_lost(tmp_path: Path, workplace: Workplace) -> None:
    model = Model(tmp_path / "model", workplace.empty_index(), random.Random(SEED))
    index = tmp_path / "model" / "ovmr.db"
    while not model.step():
        with closing(sqlite3.connect(index)) as connection, connection:
            connection.execute("DELETE FROM regions")
        if len(model.history) == 100:
            pytest.fail("nothing was noticed")


@pytest.mark.parametrize(
    "given", [b"", pickle.dumps({"name": "worker"})[:-1]], ids=["nothing", "a part"]
)
def test_a_worker_whose_parent_is_killed_before_it_begins(given: bytes) -> None:
    for_worker, from_parent = os.pipe()
    os.write(from_parent, given)
    os.close(from_parent)
    begin = f"spawn_main(pipe_handle={for_worker}, tracker_fd={for_worker})"
    done = subprocess.run(
        [
            *PYTHON,
            "-c",
            f"from multiprocessing.spawn import spawn_main; {begin}",
            "--multiprocessing-fork",
        ],
        pass_fds=[for_worker],
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(for_worker)
    assert has_traceback(Run(1, "", done.stderr))
    assert not has_traceback(Run(-signal.SIGKILL, "", done.stderr * 2))
    other = done.stderr.replace("in spawn_main", "in ingest")
    assert has_traceback(Run(-signal.SIGKILL, "", done.stderr + other))


def test_what_was_not_synced_may_be_lost_or_torn() -> None:
    write = Operation("write", "ovmr.db", 0, b"b" * 1_024)
    found = {
        after_power_loss(b"a" * 1_024, [write], random.Random(number))["ovmr.db"]
        for number in range(50)
    }
    torn = [b"b" * 512 + b"a" * 512, b"a" * 512 + b"b" * 512]
    assert found >= {b"a" * 1_024, b"b" * 1_024, *torn}


def test_what_was_synced_is_there() -> None:
    operations = [Operation("write", "ovmr.db", 1, b"b"), Operation("sync", "ovmr.db")]
    for number in range(50):
        found = after_power_loss(b"aa", operations, random.Random(number))
        assert found == {"ovmr.db": b"ab"}


def test_a_deleted_journal_is_gone() -> None:
    operations = [
        Operation("write", "ovmr.db-journal", 0, b"b"),
        Operation("delete", "ovmr.db-journal"),
    ]
    assert after_power_loss(b"a", operations, random.Random(1)) == {"ovmr.db": b"a"}


def test_a_seed_repeats_what_was_changed() -> None:
    content = b'{"images": [{"id": 1}]}' * 20
    assert mutated(content, random.Random("1:a")) == mutated(content, random.Random("1:a"))
    assert mutated(content, random.Random("1:a")) != mutated(content, random.Random("1:b"))


def test_the_table_counts_what_failed() -> None:
    held, failed = (Trial("kills", "ingest", "", "", problems) for problems in ((), ("torn",)))
    assert table([held, failed, held]).splitlines()[2:] == [
        "| kills | ingest | 3 | 1 |",
        "| all | | 3 | 1 |",
    ]
