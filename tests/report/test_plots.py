"""The plots of a report: ticks at round numbers, lengths, names as text."""

import re
from xml.etree import ElementTree as ET

import pytest

from ovmr_index.report.plots import Named, class_names, histograms, long_tail, stacked_bars
from ovmr_index.report.scales import LinearScale, LogScale

NAMED = Named("key", "A <title>", 'With "quotes" & more')


def _bars(drawing: str) -> list[dict[str, str]]:
    return [dict(one.attrib) for one in ET.fromstring(drawing).iter("rect")]


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (732, [0, 200, 400, 600, 800]),
        (3, [0, 1, 2, 3]),
        (1_279_391, [0, 500_000, 1_000_000, 1_500_000]),
        (100, [0, 50, 100]),
        (1, [0, 1]),
        (0, [0, 1]),
    ],
)
def test_ticks_of_a_linear_scale_are_round(most: int, ticks: list[int]) -> None:
    found = LinearScale.up_to(most, 400)
    assert [*found.ticks()] == ticks
    assert found.at(found.top) == pytest.approx(400)
    assert found.top >= most


@pytest.mark.parametrize(("most", "top"), [(0, 10), (1, 10), (10, 10), (11, 100), (123_456, 10**6)])
def test_a_logarithmic_scale_ends_at_a_power(most: int, top: int) -> None:
    found = LogScale.up_to(most, 200, 20)
    assert (found.top, found.at(0), found.at(1)) == (top, 0, 20)
    assert found.at(top) == pytest.approx(200)
    assert found.ticks()[:3] == [0, 1, 10]


def test_bars_are_as_long_as_their_numbers() -> None:
    drawing = stacked_bars(NAMED, {"rare": (10, 30), "none": (0, 0)}, ("a", "b"), "exemplars")
    first, second = _bars(drawing)
    assert float(second["width"]) == pytest.approx(3 * float(first["width"]), abs=0.02)
    assert float(second["x"]) == pytest.approx(float(first["x"]) + float(first["width"]), abs=0.02)
    assert "rare, b: 30" in drawing


def test_a_histogram_has_a_bar_for_each_class_that_holds_some() -> None:
    drawing = histograms(NAMED, {"lvis": (1, 0, 3)}, {"lvis": 1}, ("8", "16"), "side")
    first, second = _bars(drawing)
    assert float(second["height"]) == pytest.approx(3 * float(first["height"]), abs=0.05)
    assert {first["class"], second["class"]} == {"series-2"}
    assert "lvis, 16 and more: 3 (75.0 %)" in drawing
    assert class_names(("8", "16")) == ["below 8", "8 to 16", "16 and more"]


@pytest.mark.parametrize("values", [[], [0], [5, 0, 1_000, 5, 30]])
def test_a_tail_goes_down(values: list[int]) -> None:
    drawing = ET.fromstring(long_tail(NAMED, values, (5, 30), ("categories", "exemplars")))
    (path,) = drawing.iter("path")
    heights = [float(y) for y in re.findall(r" ([0-9.]+)", path.attrib["d"])][1:-1]
    assert heights == sorted(heights)


def test_names_stay_text() -> None:
    drawing = stacked_bars(NAMED, {"<b>&": (1,)}, ("<i>",), "<u>")
    root = ET.fromstring(drawing)
    assert {one.tag for one in root.iter()} <= {"svg", "title", "desc", "line", "text", "rect"}
    assert [one.text for one in root[:2]] == [NAMED.title, NAMED.description]
    ids = {one.attrib["id"] for one in root[:2]}
    assert {*root.attrib["aria-labelledby"].split()} == ids
