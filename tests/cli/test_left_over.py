"""What a killed command left is cleared away by the next one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.runs import call
from tests.support.trees import TreeBuilder

# Begins to write a file, says so, and waits to be killed: python -c SCRIPT PATH
SCRIPT = """
import sys, time
from pathlib import Path
from ovmr_index.storage.atomic import whole_file
with whole_file(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print(flush=True)
    time.sleep(60)
"""


def _kill_while_writing(path: Path) -> int:
    """Kill a process that writes a file; return its number."""
    command = [sys.executable, "-c", SCRIPT, str(path)]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    return process.pid


def _partial(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if ".partial" in path.name)


@pytest.mark.slow
@pytest.mark.sqlite_only  # its file
def test_an_index_that_was_not_made_goes(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.index().ingest()
    process = _kill_while_writing(builder.root / "ovmr.db")
    (killed,) = _partial(builder.root)
    stays = f"ovmr.db.{os.getpid()}.partial"
    builder.file(stays, b"")
    for command in ("status", "ingest", "export norare"):
        for name in (killed, f"ovmr.db.{process}.partial"):  # as version 0.1 named it
            for suffix in ("", "-journal"):
                builder.file(f"{name}{suffix}", b"")
        assert len(_partial(builder.root)) == 5
        assert call(*command.split(), root=builder.root).code == 0
        assert _partial(builder.root) == [stays], command


@pytest.mark.sqlite_only  # its file
@pytest.mark.slow
def test_a_first_ingest_clears_up_too(builder: TreeBuilder) -> None:
    builder.lvis()
    _kill_while_writing(builder.root / "ovmr.db")
    assert len(_partial(builder.root)) == 1
    assert call("ingest", root=builder.root).code == 0
    assert _partial(builder.root) == []


@pytest.mark.slow
def test_an_export_that_was_not_finished_goes(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.index().ingest()
    _kill_while_writing(builder.root / "lvis" / "lvis_v1_train_norare.json")
    assert len(_partial(builder.root)) == 1
    assert call("export", "norare", root=builder.root).code == 0
    assert _partial(builder.root) == []


@pytest.mark.slow
def test_what_a_living_process_writes_stays(builder: TreeBuilder) -> None:
    builder.lvis()
    builder.index().ingest()
    path = builder.root / "lvis" / "lvis_v1_train_norare.json"
    command = [sys.executable, "-c", SCRIPT, str(path)]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert call("export", "norare", root=builder.root).code == 0
        assert len(_partial(builder.root)) == 1
        process.kill()
