"""Tables on a terminal: they fit its width; where a program reads they are as ever."""

import itertools
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from ovmr_index.cli import output
from ovmr_index.cli.fitted_table import print_fitted
from ovmr_index.cli.terminal import Terminal, width_of
from tests.support import terminals
from tests.support.runs import call, environment
from tests.support.terminals import seen
from tests.support.warm import warm_start

WIDTHS = (1, 2, 20, 40, 80, 200)
ODD = (
    "苹果の箱" * 40,
    "e\u0301" * 300,
    "한글" * 3,
    "\u1112\u1161\u11ab" * 90,
    "\u200f\u05e9\u05dc\u05d5\u05dd\u202e",
    "line\nfeed\ttab\x1b[31mred\x00",
    "👩‍🎨" * 30,
    "<script>alert(1)</script>",
    "train2017/" + "0" * 300 + ".jpg",
    "",
)


def _printed(
    capsys: pytest.CaptureFixture[str],
    columns: int,
    *,
    bar: str | None = "total",
    draws: bool = True,
) -> list[str]:
    rows = [(number, text, None, number * 7) for number, text in enumerate(ODD)]
    print_fitted(Terminal(columns, draws), ("id", "name", "nothing", "total"), rows, bar)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("bar", ["total", None])
def test_no_line_is_wider_than_the_terminal(
    capsys: pytest.CaptureFixture[str], columns: int, bar: str | None
) -> None:
    lines = _printed(capsys, columns, bar=bar)
    assert lines
    assert all("\x1b" not in line and "\u202e" not in line for line in lines)
    if columns >= 20:
        assert max(map(width_of, lines)) <= columns
    assert (len(lines) == len(ODD) + 2) == (columns >= 40 if bar else columns >= 30)


def test_columns_are_aligned_whatever_is_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    names, _, *lines = _printed(capsys, 80)
    at = names.index("total") + len("total")
    for number, line in enumerate(lines):
        ends = itertools.accumulate(width_of(one) for one in line)
        before = line[: [*ends].index(at) + 1]
        assert before.endswith(f" {number * 7}")


def test_numbers_are_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    numbers = (12345678901234567890, 1.23456789012345, -98765432109876543210)
    print_fitted(Terminal(24, draws=True), ("a", "b", "c"), [numbers], None)
    printed = capsys.readouterr().out
    assert all(str(number) in printed for number in numbers)


def test_a_later_value_does_not_push_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    rows = ((("x" * 10 if number < 300 else "y" * 500),) for number in range(301))
    print_fitted(Terminal(40, draws=True), ("name",), rows, None)
    assert capsys.readouterr().out.splitlines()[-1] == "y" * 9 + "…"


def test_bars_show_the_largest_whole_and_the_smallest_at_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    values = (1_000_000, 500_000, 1, 0, None, -5)
    print_fitted(Terminal(80, draws=True), ("n",), [(value,) for value in values], "n")
    _, _, *lines = capsys.readouterr().out.splitlines()
    assert [line.count("█") for line in lines] == [24, 12, 0, 0, 0, 0]
    assert [line[-1] for line in lines] == ["█", "█", "▏", "0", "L", "5"]


def test_a_terminal_without_blocks_has_signs_of_ascii(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_fitted(Terminal(24, draws=False), ("name", "n"), [("a" * 90, 3), ("b", 1)], "n")
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert printed.splitlines()[2:] == ["aaaaaaaaaa...  3  ######", "b              1  ##"]


def test_a_path_is_cut_in_its_middle() -> None:
    screen = Terminal(80, draws=True)
    assert screen.fit("train2017/000000123456.jpg", 15) == "train20…456.jpg"
    assert screen.fit("a definition that is long", 15) == "a definition t…"


@pytest.mark.slow
def test_a_person_sees_what_fits(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = seen("--root", shared, "status", columns=80, more={"PYTHONIOENCODING": "ascii"})
    assert all(line.isascii() for line in plain)
    assert any("####" in line for line in plain)
    program = tmp_path / "ovmr-index"
    warm_start().write_program(program, program.name)

    def start_at_once(*arguments: object, more: dict[str, str], **options: Any) -> Popen[str]:
        line, variables = [str(program), *map(str, arguments)], environment() | more
        return Popen(line, text=True, env=variables, **options)

    monkeypatch.setattr(terminals, "start", start_at_once)
    lines = seen("--root", shared, "coverage", columns=80)
    assert max(map(width_of, lines)) <= 80
    assert lines[0].split()[1] == "synset"
    assert len(lines) == 42
    assert all("█" in line or "▏" in line for line in lines[2:])


def test_a_program_reads_what_it_read_before(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = call("coverage", root=shared)
    assert "█" not in done.out
    assert "…" not in done.out
    output.print_table(("name", "n"), [("x" * 200, 1), ("苹果", None)], bar="n")
    name = "x" * 117 + "..."
    assert capsys.readouterr().out.splitlines() == [
        f"name{' ' * 116}  n".replace("  n", "     n"),
        f"{'-' * 120}  ----",
        f"{name}     1",
        f"苹果{' ' * 118}  NULL",
    ]
