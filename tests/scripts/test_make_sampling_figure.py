"""The script that makes the figure of docs/sampling.md, and the figure itself."""

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scripts import make_sampling_figure

CHECKOUT = Path(__file__).parents[2]
FIGURE = CHECKOUT / "docs" / "sampling.svg"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.exhaustive  # the next one draws less often
@pytest.mark.slow
def test_the_figure_is_what_the_script_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _made(tmp_path, monkeypatch) == FIGURE.read_bytes()
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_the_figure_of_fewer_draws_differs_in_its_dots_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_sampling_figure, "CATEGORIES", 20)
    monkeypatch.setattr(make_sampling_figure, "SEEDS", range(1))
    made, kept = _made(tmp_path, monkeypatch).splitlines(), FIGURE.read_bytes().splitlines()
    assert capsys.readouterr() == ("", "")
    is_dot = [b'r="3.5"' in line for line in kept]
    assert [b'r="3.5"' in line for line in made] == is_dot
    differing = [dot for dot, one, other in zip(is_dot, made, kept, strict=True) if one != other]
    assert all(differing)


def _made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Return the figure that the script makes."""
    output = folder / "figure.svg"
    monkeypatch.setattr(sys, "argv", ["make_sampling_figure", "--output", str(output)])
    make_sampling_figure.main()
    return output.read_bytes()


def test_dots_lie_on_their_lines() -> None:
    figure = ElementTree.fromstring(FIGURE.read_text(encoding="utf-8"))
    lines = figure.findall(f"{SVG}polyline")
    assert len(lines) == 3
    for line in lines:
        dots = [
            (float(dot.attrib["cx"]), float(dot.attrib["cy"]))
            for dot in figure.findall(f"{SVG}circle")
            if dot.attrib["fill"] == line.attrib["stroke"]
        ][:-1]  # the last one is the legend's
        points = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
        assert len(dots) == len(points) == 12
        for (x, y), (x_of_dot, y_of_dot) in zip(points, dots, strict=True):
            assert x == x_of_dot
            assert abs(y - y_of_dot) < 11  # pixels: 3.4 % of all draws
