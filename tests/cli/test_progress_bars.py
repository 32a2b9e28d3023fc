"""Progress bars: on a terminal, and only there."""

import os
import pty
import termios
from pathlib import Path

import pytest

from ovmr_index.cli.progress_bars import bars
from ovmr_index.progress import silent
from tests.support.runs import run


def _on_terminal(*arguments: object) -> tuple[int, str]:
    """Run a command with standard error on a terminal; return its code and what showed there."""
    master, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    done = run(*arguments, stderr=terminal)
    os.close(terminal)
    shown = b""
    try:
        while part := os.read(master, 4096):
            shown += part
    except OSError:  # the end of a terminal, on Linux
        pass
    os.close(master)
    return done.code, shown.decode()


@pytest.mark.slow
def test_bars_show_on_a_terminal(tree: Path) -> None:
    code, shown = _on_terminal("--root", tree, "collate")
    assert code == 0
    assert "collate" in shown
    assert "steps" in shown


@pytest.mark.slow
def test_quiet_shows_no_bars(tree: Path) -> None:
    assert _on_terminal("--root", tree, "--quiet", "collate") == (0, "")


def test_no_terminal_no_bars(capsys: pytest.CaptureFixture[str]) -> None:
    assert bars() is silent
    assert capsys.readouterr().err == ""
