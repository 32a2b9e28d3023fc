"""Progress bars: of what takes long, on a terminal, and only there."""

import io
import os
import pty
import termios
import time
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from ovmr_index.cli import progress_bars
from ovmr_index.cli.progress_bars import bars
from ovmr_index.progress import silent
from tests.support.warm import warm_start


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _bars_show_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_bars, "_DELAY", 0.0)
    monkeypatch.setattr(progress_bars, "_PAUSE", 0.001)


def _wait_for(screen: _Screen, text: str) -> str:
    """Wait until a text is drawn; return all that is."""
    deadline = time.monotonic() + 20
    while text not in screen.getvalue():
        assert time.monotonic() < deadline, screen.getvalue()
        time.sleep(0.001)
    return screen.getvalue()


def _last_line(screen: _Screen) -> str:
    """Return what a terminal shows in the end."""
    *_, last, after = screen.getvalue().split("\r")
    return after or last.strip()


def test_a_bar_shows_rate_and_remaining_time() -> None:
    with redirect_stderr(_Screen()) as screen, bars()("lvis", 2_000, "annotations") as advance:
        advance(500)
        advance(500)
        drawn = _wait_for(screen, "50%").rpartition("lvis")[2]
    assert "1.00k/2.00k" in drawn
    assert "annotations/s]" in drawn
    assert "<" in drawn  # the remaining time
    assert _last_line(screen) == ""


def test_work_that_is_not_counted_shows_how_long_it_takes() -> None:
    with redirect_stderr(_Screen()) as screen, bars()("check", None, "steps"):
        assert "?" not in _wait_for(screen, "check: 00:0")


def _interrupted(screen: _Screen) -> None:
    with bars()("crops", 9, "crops"):
        _wait_for(screen, "crops")
        raise KeyboardInterrupt


def test_the_line_is_clean_after_ctrl_c() -> None:
    with redirect_stderr(_Screen()) as screen, pytest.raises(KeyboardInterrupt):
        _interrupted(screen)
    assert _last_line(screen) == ""


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_bars, "_DELAY", 600.0)
    with redirect_stderr(_Screen()) as screen, bars()("crops", 9, "crops") as advance:
        advance(9)
    assert screen.getvalue() == ""


@pytest.mark.slow
def test_a_quick_command_shows_no_bar_on_a_terminal(tree: Path) -> None:
    code, shown = _on_terminal("--root", tree, "--quiet", "collate")
    assert (code, shown) == (0, "")


def _on_terminal(*arguments: object) -> tuple[int, str]:
    """Run a command with standard error on a terminal; return its code and what showed there."""
    master, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    done = warm_start().run(*arguments, stderr=terminal)
    os.close(terminal)
    shown = b""
    try:
        while part := os.read(master, 4096):
            shown += part
    except OSError:  # the end of a terminal, on Linux
        pass
    os.close(master)
    return done.code, shown.decode()


def test_no_terminal_no_bars(capsys: pytest.CaptureFixture[str]) -> None:
    assert bars() is silent
    assert capsys.readouterr().err == ""
