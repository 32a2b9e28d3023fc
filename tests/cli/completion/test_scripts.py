"""Installing completion: which files are written, and which line is added where."""

import os
from pathlib import Path

import pytest

from ovmr_index.cli.completion import scripts
from ovmr_index.cli.completion.scripts import script_of
from ovmr_index.cli.completion.values import SHELLS
from tests.support.runs import call


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("tests.support.runs.environment", dict)
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_line_is_added_to_the_settings_once(shell: str, home: Path) -> None:
    settings = home / f".{shell}rc"
    settings.write_bytes(b"export A=\xff\nlast")
    assert call("--install-completion", shell).code == 0
    done = call("--install-completion", shell)
    script = home / f".local/share/ovmr-index/completion.{shell}"
    assert script.read_text() == script_of(shell)
    assert settings.read_bytes() == b"export A=\xff\nlast\nsource " + os.fsencode(script) + b"\n"
    assert done.out.splitlines()[1] == f"{settings}: has a line that reads it"


def test_fish_reads_its_folder_of_completions(home: Path) -> None:
    assert call("--install-completion", "fish").code == 0
    (written,) = (path for path in home.rglob("*") if path.is_file())
    assert written == home / ".config/fish/completions/ovmr-index.fish"
    assert written.read_text() == script_of("fish")


def test_folders_that_the_environment_names_are_taken(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "zsh").mkdir()
    monkeypatch.setenv("ZDOTDIR", str(home / "zsh"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "my data"))
    assert call("--install-completion", "zsh").code == 0
    script = home / "my data/ovmr-index/completion.zsh"
    assert (home / "zsh/.zshrc").read_text() == f"source '{script}'\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed_alone(shell: str) -> None:
    done = call("--show-completion", shell)
    assert (done.code, done.out, done.err) == (0, script_of(shell), "")


def test_the_shell_is_the_one_that_runs_or_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    monkeypatch.setattr(scripts, "_parent", lambda: "-zsh")
    assert call("--show-completion").out == script_of("zsh")
    monkeypatch.setattr(scripts, "_parent", lambda: "python")
    assert call("--show-completion", "--quiet").out == script_of("fish")
    assert call("--show-completion", "").out == script_of("fish")


@pytest.mark.parametrize("option", ["--install-completion", "--show-completion"])
@pytest.mark.parametrize("shell", ["tcsh", "Bash", "/bin/bash", "../bash"])
def test_an_unknown_shell_is_refused(option: str, shell: str, home: Path) -> None:
    done = call(option, shell)
    assert done.code == 2
    what = f"there is no script for the shell {shell!r}; give 'bash', 'zsh' or 'fish'"
    assert what in done.err
    assert not list(home.iterdir())


def test_settings_that_cannot_be_written_are_named(home: Path) -> None:
    (home / ".bashrc").mkdir()
    done = call("--install-completion", "bash")
    assert done.code == 1
    assert done.error.startswith(f"ovmr-index: error: {home}/.bashrc: ")
