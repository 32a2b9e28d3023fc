"""Files that are not complete: whose they are, and what is left of those who have ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ovmr_index.storage.partial import clear_partials, partial_path

SCRIPT = """
import sys
from pathlib import Path
from ovmr_index.storage.partial import partial_path
partial_path(Path(sys.argv[1])).touch()
"""


@pytest.fixture
def ended() -> int:
    """Return the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_each_name_is_its_own_short_and_says_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / f"{'ü' * 120}.json"
    first, second = partial_path(path), partial_path(path)
    assert first != second
    assert first.parent == tmp_path
    assert first.name.startswith(".ü")
    assert f"-{os.getpid()}-" in first.name
    assert len(os.fsencode(first.name)) < 150
    assert partial_path(tmp_path / "\udcff").name.startswith("..")


def test_what_a_process_left_goes_and_what_one_writes_stays(tmp_path: Path) -> None:
    mine = partial_path(tmp_path / "file")
    mine.touch()
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "other")]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True)
    (theirs,) = set(tmp_path.iterdir()) - {mine}
    journal = theirs.with_name(f"{theirs.name}-journal")
    journal.touch()
    machine = theirs.name.split(".")[2].partition("-")[0]
    elsewhere = theirs.with_name(theirs.name.replace(machine, "00000000"))
    elsewhere.touch()
    clear_partials(tmp_path)
    assert set(tmp_path.iterdir()) == {mine, elsewhere}


def test_a_number_that_another_process_has_now_keeps_nothing(tmp_path: Path) -> None:
    mine = partial_path(tmp_path / "file")
    machine, process, began, number = mine.name.split(".")[2].split("-")
    if began == "0":
        pytest.skip("the system does not say when a process began")
    earlier = tmp_path / f".file.{machine}-{process}-{int(began, 16) - 1:x}-{number}.partial"
    earlier.touch()
    clear_partials(tmp_path)
    assert not earlier.exists()


def test_what_earlier_versions_left_goes_by_the_names_of_files(tmp_path: Path, ended: int) -> None:
    for name in (
        f"ovmr.db.{ended}.partial",
        f"ovmr.db.{ended}.partial-journal",
        f".ovmr.db.{10**30}.partial",
        ".ovmr.db.partial",
        f"ovmr.db.{os.getpid()}.partial",
        f"other.{ended}.partial",
        "ovmr.db",
    ):
        (tmp_path / name).touch()
    (tmp_path / "folder.partial").mkdir()
    clear_partials(tmp_path, ["ovmr.db", "folder"])
    kept = {"folder.partial", f"other.{ended}.partial", "ovmr.db"}
    assert {*os.listdir(tmp_path)} == kept | {f"ovmr.db.{os.getpid()}.partial"}
    clear_partials(tmp_path / "nothing")
