"""Colours: on a terminal, or where they are asked for; never in JSON or in what is redirected."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmr_index.cli.colours import choose, style_of_state, styled
from ovmr_index.cli.fitted_table import print_fitted
from ovmr_index.cli.terminal import Terminal
from tests.support.runs import call

RED, BOLD, END = "\033[1;31m", "\033[1m", "\033[0m"


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin with a terminal that has colours, and choose nothing."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
    choose("auto")


@pytest.mark.parametrize(
    ("variables", "on_screen", "in_file"),
    [
        ({}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_the_environment_says_where_colours_are(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], on_screen: bool, in_file: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for stream, is_coloured in ((_Screen(), on_screen), (io.StringIO(), in_file)):
        wanted = f"{RED}no{END}" if is_coloured else "no"
        assert styled("no", "error", stream) == wanted


def test_a_choice_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    choose("always")
    assert styled("no", "error", io.StringIO()) == f"{RED}no{END}"
    choose("never")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert styled("no", "error", _Screen()) == "no"


@pytest.mark.slow
def test_errors_and_headings_have_colours_where_they_are_forced(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert call("show", "nothing", root=shared).err.startswith(f"ovmr-index: {RED}error:{END} ")
    plain = "sql", "SELECT 1 AS one"
    assert call(*plain, root=shared).out == f"{BOLD}one{END}\n---\n  1\n"
    assert "\033" not in call(*plain, "--json", root=shared).out
    assert "\033" not in call("show", "nothing", "--json", root=shared).err
    assert "\033" not in call(*plain, "--format", "markdown", root=shared).out


def test_a_fitted_table_is_as_wide_with_colours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def printed() -> str:
        rows = [("missing", "a" * 30, 1), ("there", "b", 20)]
        print_fitted(Terminal(40, True), ("state", "path", "size"), rows, None)
        return capsys.readouterr().out

    plain = printed()
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = printed()
    assert "\033[31mmissing\033[0m" in coloured
    assert "\033[32mthere  \033[0m" in coloured
    for code in (BOLD, END, "\033[31m", "\033[32m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


def test_only_columns_of_states_have_states() -> None:
    assert style_of_state("state", "missing") == "bad"
    assert style_of_state("category", "missing") is None
