"""The line that says what to type next: on a terminal, and nowhere else."""

import re
import shlex
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.cli import next_step
from tests.support.runs import call
from tests.support.trees import TreeBuilder


@pytest.fixture
def _on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_step, "is_read", lambda: True)
    monkeypatch.setattr(next_step, "program", lambda: "ovmr-index")


FOLLOWING = {
    "ingest": "export",
    "collate": "export",
    "sample --name five": "export crops --name five",
    "export": "export crops",
    "partition add common --frequency rc": "export annotations --partition common",
}


@pytest.mark.slow
@pytest.mark.usefixtures("_on_a_terminal")
def test_the_next_command_works_as_it_stands(small_tree: Path) -> None:
    typed = set[tuple[str, ...]]()
    for command, following in FOLLOWING.items():
        done = call("--root", small_tree, *command.split())
        assert done.code == 0, command
        line = done.err.splitlines()[-1]
        begin = f"next: ovmr-index --root {shlex.quote(str(small_tree))} {following}"
        assert line.startswith(begin), command
        _, _, *words = shlex.split(line)
        if (*words,) not in typed:
            assert call(*words).code == 0, words
        typed.add((*words,))


@pytest.mark.slow
@pytest.mark.usefixtures("_on_a_terminal")
@pytest.mark.parametrize("option", ["--quiet", "--json"])
def test_who_wants_no_words_gets_no_next_line(small_tree: Path, option: str) -> None:
    assert "next:" not in call(option, "sample", "--name", "five", root=small_tree).err


@pytest.mark.usefixtures("_on_a_terminal")
def test_what_follows_a_dataset_of_your_own_names_its_vocabulary(builder: TreeBuilder) -> None:
    builder.index()
    builder.pictures("mine/apple/a.jpg")
    given = ("--root", builder.root)
    done = call(*given, "ingest", "folder", builder.root / "mine", "--name", "toys")
    line = done.err.splitlines()[-1]
    assert line == f"next: ovmr-index --root {builder.root} collate --vocabulary toys"


@pytest.mark.slow
def test_no_terminal_no_next_line(small_tree: Path) -> None:
    assert "next:" not in call("--root", small_tree, "collate").err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("sample rm none", "sample list"),
        ("export crops --name none", "sample list"),
        ("curate undo", "curate list"),
    ],
)
def test_a_message_names_a_command_for_the_index_that_was_given(
    small_tree: Path, tmp_path: Path, words: str, named: str
) -> None:
    given = ("--root", str(small_tree), "--db", str(Index.open(small_tree).location))
    done = call(*given, *words.split())
    (typed,) = re.findall(r"`(ovmr-index [^`]*)`", done.err)
    assert typed == shlex.join(["ovmr-index", *given, *named.split()])
    _, *pasted = shlex.split(typed)
    assert call(*pasted).code == 0
