"""The settings of a command: `config` shows them, and the others do as they say."""

import json
import os
import shutil
from pathlib import Path

import pytest

from ovmr_index import Index, processes
from tests.support.runs import call

FILE = "ovmr-index.toml"
RECIPE = {"steps": [{"take": "boxes", "dataset": "lvis"}]}


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def root(small_shared: Path, tmp_path: Path) -> Path:
    """Return a root with an index alone, which the test may change."""
    folder = tmp_path / "indexed"
    folder.mkdir()
    shutil.copyfile(small_shared / "ovmr.db", folder / "ovmr.db")
    return folder


def _rows(*options: str) -> dict[str, tuple[str, str]]:
    """Return the value of each key and where it comes from."""
    return {
        row["key"]: (row["value"], row["from"]) for row in call(*options, "config", "--json").data
    }


def test_each_value_is_shown_with_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(FILE).write_text('root = "data"\nworkers = 2\nrecipe = "mine.json"')
    monkeypatch.setenv("OVMR_INDEX_WORKERS", "5")
    assert _rows("--db", "x.db") == {
        "root": ("data", FILE),
        "db": ("x.db", "--db"),
        "workers": ("5", "OVMR_INDEX_WORKERS"),
        "recipe": ("mine.json", FILE),
        "colours": ("auto", "default"),
    }
    monkeypatch.setenv("OVMR_INDEX_ROOT", "other")
    assert _rows()["root"] == ("other", "OVMR_INDEX_ROOT")
    assert _rows("--root", "third")["root"] == ("third", "--root")


def test_the_table_is_followed_by_the_files_that_are_read() -> None:
    done = call("--root", "data", "config")
    assert done.out.splitlines()[2].split() == ["root", "data", "--root"]
    assert done.err.count(FILE) == 3
    assert f"data/{FILE}" in done.err
    assert call("config", "--format", "csv").out.startswith("key,value,from\nroot,datasets,default")


def test_a_password_is_not_shown() -> None:
    Path(FILE).write_text('db = "postgresql://me:secret@host/x"')
    done = call("config", "--json")
    assert "secret" not in done.out + done.err
    assert "postgresql://me@host/x" in done.out


def test_the_file_in_the_root_is_read(root: Path) -> None:
    (root / FILE).write_text("db = 'ovmr.db'")
    assert _rows("--root", str(root))["db"] == (str(root / "ovmr.db"), str(root / FILE))


@pytest.mark.parametrize("command", ["config", "status", "sample list"])
def test_a_wrong_file_is_an_error_of_every_command(command: str) -> None:
    Path(FILE).write_text("worker = 1")
    done = call(*command.split())
    assert done.code == 2
    assert done.error.endswith(f"{FILE}: there is no key 'worker'; did you mean 'workers'?")


def test_help_needs_no_file() -> None:
    Path(FILE).write_text("worker = 1")
    assert call("--help").code == 0
    assert call("--version").code == 0


def test_another_root_holds_for_all_commands(root: Path) -> None:
    Path(FILE).write_text(f"root = '{root}'")
    assert call("status").out.startswith(f"{Index.open(root).location}: ")


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file to another user, which only root may")
def test_a_file_of_another_user_is_left_out_and_that_is_said() -> None:
    Path(FILE).write_text("workers = 1")
    os.chown(FILE, 12345, -1)
    done = call("config", "--json")
    assert done.data[2]["value"] != "1"
    assert f"{FILE}: is left out, as it is of another user" in done.err


def test_workers_are_taken_while_the_command_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    really = processes.start_pool

    def start(workers: int) -> object:
        seen.append(workers)
        return really(workers)

    monkeypatch.setattr(processes, "start_pool", start)
    with processes.using_workers(2):
        made = processes.in_processes(abs, range(-3, 0), workers=None, chunk=1)
        assert [*made] == [3, 2, 1]
        made = processes.in_processes(abs, range(-3, 0), workers=1, chunk=1)
        assert [*made] == [3, 2, 1]
    assert seen == [2]
    held: list[int | None] = []
    monkeypatch.setattr(
        "ovmr_index.cli.status.note_recipe", lambda *_: held.append(processes._Usual.workers)
    )
    Path(FILE).write_text("workers = 7")
    assert call("status", root=root).code == 0
    assert (held, processes._Usual.workers) == ([7], None)


@pytest.mark.slow
def test_collate_takes_the_recipe_and_others_say_where_pools_are_not_by_it(root: Path) -> None:
    Path("mine.json").write_text(json.dumps(RECIPE))
    Path(FILE).write_text(f"root = '{root}'\nrecipe = 'mine.json'")
    said = f"the pools of lvis_v1_train are not by the recipe mine.json, which {FILE} names"
    for command in (["status"], ["coverage"], ["sample", "-K", "1", "--name", "one"]):
        assert said in call(*command).err, command
    done = call("collate")
    assert f"by the recipe mine.json, as {FILE} says; --rules published" in done.err
    assert said not in call("status").err
    assert "1 step of your own" in call("status").out
    assert "by the recipe" not in call("collate", "--rules", "published").err
    assert said in call("status").err
    assert "by the recipe" not in call("collate", "--few", "3").err


def test_a_recipe_that_is_not_there_is_named(root: Path) -> None:
    Path(FILE).write_text(f"root = '{root}'\nrecipe = 'none.json'")
    done = call("collate")
    assert done.code == 1
    assert "none.json" in done.err.splitlines()[-1]


def test_published_goes_with_thresholds(root: Path) -> None:
    assert call("collate", "--rules", "published", "--few", "3", root=root).code == 0
