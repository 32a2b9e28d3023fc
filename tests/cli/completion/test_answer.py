"""The answers to a shell: commands, options, and the values of each."""

import re
import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer.main

from ovmr_index import Index
from ovmr_index.cli.app import app
from ovmr_index.cli.completion.answer import answer
from ovmr_index.cli.completion.values import NAMES, choices_of, kind_of
from ovmr_index.db.names import MOST_NAMES, names
from tests.support.runs import run
from tests.support.tampering import damage

# Texts that nobody but the user knows: names of what is made, numbers, and words of files.
FREE = re.compile(
    "A-B|DATE|FILE|FOLDER|HOST|LETTERS|NAME=VALUE|QUERY|SPLIT|TEXT|YYYY-MM-DD|PATH|RESULTS|DIR"
    "|FROM|I/N|TO|URL"
)
DRAWS = ("sample", *(f"export {name}" for name in ("sample", "crops", "croissant", "prompts")))
OF_SAMPLES = ("export imagefolder", "export webdataset", "parquet sample")
MADE = {
    *(f"{draw} splits" for draw in (*DRAWS, *OF_SAMPLES)),
    *("curate exclude author", "curate pin author", "curate clear author", "curate undo author"),
    *("curate exclude file", "curate pin file", "curate clear file"),
    *("export crops train_name", "import-sample name", "ingest coco name", "ingest folder name"),
    *("ingest openimages name", "ingest yolo name", "ingest voc name", "ingest webdataset name"),
    *("ingest huggingface name", "ingest plugin name", "partition add name", "sample name"),
    *("vocabulary add name",),
}

# A server that cannot be asked, or is written to, is asked elsewhere.
of_the_file = pytest.mark.sqlite_only


def _asked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, list[str]]:
    """Return the first line of an answer, and the values in it."""
    answer("fish", ["ovmr-index", *words])
    files, *lines = capsys.readouterr().out.splitlines()
    return files, [line.partition("\t")[0] for line in lines]


def _parameters(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield from ((path, parameter) for parameter in command.params)
    for name, below in getattr(command, "commands", {}).items():
        yield from _parameters(below, *path, name)


PARAMETERS = [*_parameters(typer.main.get_command(app))]


def test_every_text_is_completed_or_known_to_be_free() -> None:
    """A new option either names something of an index, or stands above."""
    forgotten = []
    for path, parameter in PARAMETERS:
        named = kind_of(parameter, path) is not None or choices_of(parameter)
        words = (parameter.metavar or "").split("|")
        is_text = "str" in str(parameter.type_descriptor.annotation)
        if is_text and not named and not any(FREE.fullmatch(word) for word in words):
            forgotten.append(" ".join((*path, parameter.name)))
    assert sorted(forgotten) == sorted(MADE)


def test_every_name_that_is_completed_is_of_a_parameter() -> None:
    known = {kind_of(parameter, path) for path, parameter in PARAMETERS}
    assert set(NAMES.values()) <= known


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("sam", ["sample"]),
        ("sample s", ["show"]),
        ("ingest visual", ["visual-genome"]),
        ("--ro", ["--root"]),
        ("--root x --d", ["--db"]),
        ("export crops --lay", ["--layout"]),
        ("sample --on-shortage ta", ["take-all"]),
        ("sample --on-shortage=ta", ["--on-shortage=take-all"]),
        ("sample -K 5 --method st", ["stable"]),
        ("sample -K5 --seed=3 li", ["list"]),
        ("--install-completion f", ["fish"]),
        ("nothing x", []),
        ("nothing --", []),
        ("sample --unknown --me", ["--method"]),
        ("export manifest norare ra", ["rareonly"]),
        ("partition add x --builtin ", ["ov-coco"]),
        ("show -- --", []),
    ],
)
def test_commands_options_and_choices(
    words: str, values: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _asked(capsys, *words.split(" ")) == ("none", values)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "files", "values"),
    [
        ("--root ", "folder", []),
        ("collate --rules ", "file", ["published"]),
        ("collate --substitutes=x", "file", []),
        ("ingest folder ", "folder", []),
        ("export coco --images mi", "file", ["minival"]),
        ("export coco --name=", "none", []),
    ],
)
def test_the_shell_completes_paths(
    words: str, files: str, values: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _asked(capsys, *words.split(" ")) == (files, values)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("sample show fi", ["five"]),
        ("sample diff five fo", ["four_of:all"]),
        ("sample diff five five f", []),
        ("export sample --name=fi", ["--name=five"]),
        ("export crops --name fi", ["five"]),
        ("sample --name fi", []),
        ("show ban", ["banana"]),
        ("suggest ban", ["banana"]),
        ("show --vocabulary lvis_v1_val ode", []),
        ("curate exclude --category ban", ["banana"]),
        ("curate exclude --source lvis", ["lvis_v1_train", "lvis_v1_val"]),
        ("ingest --remove imagenet", ["imagenet21k"]),
        ("coverage --vocabulary lvis_v1_t", ["lvis_v1_train"]),
        ("sample --partition r", ["rare"]),
        ("partition rm r", []),
        ("sample --dataset visual", ["visual_genome"]),
    ],
)
def test_names_are_of_the_index(
    words: str, values: list[str], given: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _asked(capsys, *given, *words.split(" ")) == ("none", values)


@pytest.mark.slow
@of_the_file
def test_the_index_may_be_of_the_environment_or_of_a_file(
    named: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("sample", "show", "fi")
    monkeypatch.chdir(tmp_path)
    assert _asked(capsys, *words) == ("none", [])
    Path("ovmr-index.toml").write_text(f"root = '{named}'")
    assert _asked(capsys, *words) == ("none", ["five"])
    Path("ovmr-index.toml").write_text("root = 1")
    assert _asked(capsys, *words) == ("none", [])
    Path("ovmr-index.toml").unlink()
    monkeypatch.setenv("OVMR_INDEX_DB", str(named / "ovmr.db"))
    assert _asked(capsys, *words) == ("none", ["five"])
    monkeypatch.setenv("NAMED", str(named))
    assert _asked(capsys, "--root=$NAMED", "--db", "", *words) == ("none", ["five"])
    assert not (tmp_path / "datasets").exists()


def _names(path: Path) -> list[str]:
    return names(path, "sample", "", vocabulary="lvis_v1_train")


@of_the_file
def test_an_index_that_cannot_be_read_gives_no_names(named: Path, tmp_path: Path) -> None:
    assert _names(tmp_path / "none.db") == []
    assert not list(tmp_path.iterdir())
    (tmp_path / "text.db").write_text("no database")
    assert _names(tmp_path / "text.db") == []
    assert _names(tmp_path) == []
    assert _names(named / "ovmr.db") == ["five", "four_of:all"]


@of_the_file
def test_an_index_of_another_revision_or_that_is_written_to_gives_no_names(
    named: Path, tmp_path: Path
) -> None:
    path = tmp_path / "ovmr.db"
    path.write_bytes((named / "ovmr.db").read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        assert _names(path) == []
        writer.execute("ROLLBACK")
        assert _names(path) == ["five", "four_of:all"]
        writer.execute("UPDATE alembic_version SET version_num = '0001'")
        assert _names(path) == []


def test_there_is_a_limit_to_the_names(named: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(named, tmp_path / "copy"))
    rows = ", ".join(f"('v{one:04}')" for one in range(1000))
    damage(root, f"INSERT INTO vocabularies (name) VALUES {rows}")
    found = names(Index.open(root).location, "vocabulary", "v0", vocabulary="")
    assert found == [f"v{one:04}" for one in range(MOST_NAMES)]


@pytest.mark.slow
def test_the_program_answers_in_place_of_a_command(given: tuple[str, ...]) -> None:
    asked = {"_OVMR_INDEX_COMPLETE": "bash"}
    line = f"ovmr-index {shlex.join(given)} show 'od"
    done = run(line, " \t\n\"'@><=;|&(:", more=asked)
    assert done.err == ""
    assert "od (one) '\\''two'\\''" in done.out.splitlines()
