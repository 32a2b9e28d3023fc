"""What holds for every command: help, the global options, wrong usage."""

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from ovmr_index import Index, __version__
from tests.support.commands import COMMANDS, LEAVES
from tests.support.runs import CHECKOUT, Run, call, environment
from tests.support.warm import warm_start

HEAVY = {"PIL", "alembic", "lvis", "msgspec", "numpy", "pydantic", "rich", "sqlalchemy", "tqdm"}
MODULES = "import sys; from ovmr_index.cli import main\ntry: main()\nfinally: print(*sys.modules)"


def test_no_argument_at_all_shows_the_help() -> None:
    shown = call()
    assert shown.code == 2
    assert shown.err.startswith("Usage: ")
    assert shown.out + shown.err == call("--help").out


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ("ingest --root data", "--root DIR ingest ..."),
        ("export crops --quiet", "--quiet export crops ..."),
        ("sample -k 5", "No such option: -k. Did you mean '-K'?"),
        ("sample -K five", "Invalid value for '-K': give a whole number, as 5"),
        ("export crops --context big", "Invalid value for '--context': give a number, as 0.5"),
    ],
)
def test_a_wrong_option_is_answered_with_what_to_type(arguments: str, advice: str) -> None:
    shown = call(*arguments.split())
    assert shown.code == 2
    assert advice in shown.err


@cache
def help_of(path: tuple[str, ...]) -> Run:
    return call(*path, "--help")


@pytest.mark.slow
@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_has_help(path: tuple[str, ...]) -> None:
    shown = help_of(path)
    assert shown.code == 0
    words = shown.out.split()
    written = COMMANDS[path].callback.__doc__.split()
    assert " ".join(written[:3]) in " ".join(words)
    for parameter in COMMANDS[path].params:
        first = " ".join((parameter.help or "").split()[:2])
        assert first, parameter.name
        assert first in " ".join(words), parameter.name


def test_help_lists_every_command_in_the_order_of_the_job() -> None:
    shown = call("--help").out
    listed = re.findall(r"^  ([a-z]+(?:-[a-z]+)*)  +[A-Z]", shown, re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS[()].commands)
    assert listed[:4] == ["ingest", "measure", "collate", "coverage"]
    assert listed.index("sample") < listed.index("export") < listed.index("db")
    sections = re.findall(r"^([A-Z].*):$", shown, re.MULTILINE)
    assert sections[:4] == ["Options", "Read datasets", "Make and look at pools", "Draw and write"]


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        ("exprt", "'export' or 'report'"),
        ("export crop", "'crops'"),
        ("export imagenet", "'imagenet-lvis'"),
        ("sample lst", "'list'"),
        ("ingest visualgenome", "'visual-genome'"),
    ],
)
def test_an_unknown_command_is_answered_with_the_nearest(arguments: str, near: str) -> None:
    *_, name = path = arguments.split()
    done = call(*path)
    assert done.code == 2
    assert f"No such command {name!r}. Did you mean {near}?" in done.err


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_example_is_wellformed(path: tuple[str, ...]) -> None:
    example = COMMANDS[path].epilog
    if example is None:
        return
    words = shlex.split(example)
    assert words[:2] == ["Example:", "ovmr-index"]
    assert set(path) <= set(words)


def test_commands_of_the_contract_are_there() -> None:
    wanted = "ingest collate sample export coverage sql status verify audit suggest db demo prepare"
    wanted += " vocabulary partition import-sample evaluate report serve show curate config doctor"
    wanted += " measure parquet"
    assert set(COMMANDS[()].commands) == set(wanted.split())


@pytest.mark.slow
@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_json_is_taken_after_every_command(path: tuple[str, ...]) -> None:
    assert "--json" in help_of(path).out


def _imported(*arguments: str) -> set[str]:
    """Return the names of the modules that a command imports."""
    done = subprocess.run(
        [sys.executable, "-c", MODULES, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment() | {"PYTHONPATH": str(CHECKOUT)},
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_imports_nothing_heavy() -> None:
    imported = _imported("--help")
    assert "typer" in imported
    assert not imported & HEAVY


@pytest.mark.sqlite_only  # of a process that opens the file
@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("sql 'SELECT count(*) FROM exemplars'", ()),
        pytest.param("sql --json --limit 5 'SELECT 1'", (), marks=pytest.mark.exhaustive),
        pytest.param("db current", ("sqlalchemy",), marks=pytest.mark.exhaustive),
        *(
            pytest.param(command, ("msgspec", "sqlalchemy"), marks=pytest.mark.exhaustive)
            for command in (
                *("coverage", "sample list", "status"),
                "export cat-info -o {}/cat_info.json",
            )
        ),
        (
            "export sample -K 2 --on-shortage repeat -o {}/sample.json",
            ("msgspec", "numpy", "sqlalchemy"),
        ),
    ],
)
def test_a_command_imports_only_what_it_needs(
    command: str, needed: tuple[str, ...], small_shared: Path, tmp_path: Path
) -> None:
    imported = _imported("--root", str(small_shared), *shlex.split(command.format(tmp_path)))
    assert imported & HEAVY == set(needed)


def test_version() -> None:
    assert call("--version") == (0, f"ovmr-index {__version__}\n", "")


@pytest.mark.slow
def test_json_before_and_after_a_command(small_shared: Path) -> None:
    before = call("--json", "coverage", root=small_shared)
    after = call("coverage", "--json", root=small_shared)
    assert before.code == after.code == 0
    assert before.data == after.data
    assert call("sample", "--json", "list", root=small_shared).data == []


@pytest.mark.slow
def test_variables_stand_for_options(small_shared: Path, tmp_path: Path) -> None:
    place = str(Index.open(small_shared).location)
    by_root = warm_start().run("status", "--json", more={"OVMR_INDEX_ROOT": str(small_shared)})
    assert by_root.data["path"] == place
    both = {"OVMR_INDEX_ROOT": str(tmp_path), "OVMR_INDEX_DB": place}
    assert warm_start().run("status", "--json", more=both).data["path"] == place
    option = warm_start().run("--db", tmp_path / "none.db", "status", more=both)
    assert "none.db: there is no index" in option.error


def test_quiet_leaves_out_notes(small_shared: Path) -> None:
    assert "categories have fewer than" in call("coverage", root=small_shared).err
    assert call("--quiet", "coverage", root=small_shared).err == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        "unknown",
        "--unknown",
        "coverage --under -1",
        "coverage --under x",
        "collate --few -1",
        "collate --enough -1",
        "collate --min-area -0.5",
        "collate --min-area nan",
        "sample -K 0",
        "sample -K 1e3",
        "sample --seed -1",
        "sample --seed 9223372036854775808",
        "sample --method other",
        "sample --on-shortage ignore",
        "sample --name a/b",
        "sample --name ..",
        "sample show",
        "sample show nothing",
        "sample rm nothing",
        "export nothing",
        "export -o file",
        "export exemplars --split val",
        "export norare --split test",
        "export norare --add-freq",
        "export sample -K 0",
        "export sample --name nothing",
        "export sample --name nothing -K 3",
        "export crops --layout other",
        "export crops --train-name nothing",
        "ingest nothing",
        "ingest lvis --split test",
        "ingest lvis annotations.json",
        "ingest lvis a_train.json b_train.json",
        "ingest imagenet one two",
        "sql",
        "sql --format xml 'SELECT 1'",
        "sql --limit -1 'SELECT 1'",
        "sql --seconds inf 'SELECT 1'",
        "sql -p name 'SELECT 1'",
        "db nothing",
        "db backup",
        "demo",
    ],
)
def test_wrong_usage(arguments: str, shared: Path) -> None:
    done = call(*shlex.split(arguments), root=shared)
    assert done.code == 2
    assert done.out == ""
    assert done.err
    assert "Traceback" not in done.err


def test_root_that_is_not_there(tmp_path: Path) -> None:
    for command in ("ingest", "export", "status"):
        done = call(command, root=tmp_path / "none")
        assert done.code == 2
        assert "there is no such folder; give --root DIR" in done.error


@pytest.mark.parametrize("path", ["collate", "sample", "export", "coverage", "status", "db check"])
def test_index_that_is_not_there(path: str, tmp_path: Path) -> None:
    done = call(*path.split(), root=tmp_path)
    assert done.code == 1
    assert "there is no index; run `ovmr-index ingest` first" in done.error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--root", "", "status"),
        ("--db", "", "status"),
        ("export", "crops", "-o", ""),
        ("export", "exemplars", "-o", ""),
        ("ingest", "lvis", ""),
        ("ingest", "coco", "a.json", "--name", "a", "--images", ""),
        ("prepare", "imagenet", "."),
        ("collate", "--rules", ""),
        ("partition", "check", ""),
    ],
)
def test_an_empty_path_is_not_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    if arguments[0] == "prepare":
        arguments = (*arguments, "-o", "")
    done = call(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "the path is empty; give one, or leave the option out" in done.err
    assert list(tmp_path.iterdir()) == []
