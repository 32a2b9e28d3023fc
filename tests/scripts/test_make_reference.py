"""The reference is what the script makes now, and nothing of the program is missing from it."""

import inspect
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typer

import ovmr_index
from ovmr_index import Index
from ovmr_index.cli.app import app
from ovmr_index.db.models import METADATA
from ovmr_index.index.namespaces import Namespaces
from scripts.make_reference import FILES
from tests.support.runs import CHECKOUT

DOCS = CHECKOUT / "docs"
PAGES = [name for name in FILES if name.endswith(".md")]
_HEADING = re.compile(r"^(#{2,4}) (.+)$", re.MULTILINE)
_SVG = "{http://www.w3.org/2000/svg}"
_POINTS = re.compile(r"M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)")

Point = tuple[float, float]


@cache
def committed(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@cache
def sections(name: str) -> dict[str, str]:
    """Return the text below each heading of a page, up to the next."""
    parts = _HEADING.split(committed(name))
    return dict(zip(parts[2::3], parts[3::3], strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_the_committed_file_is_what_the_script_makes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")  # no width of a terminal is in it
    assert FILES[name]() == committed(name), "run: python -m scripts.make_reference"


@pytest.mark.parametrize("name", PAGES)
def test_each_heading_is_there_once(name: str) -> None:
    headings = Counter(found[1].lower() for found in _HEADING.findall(committed(name)))
    assert [heading for heading, count in headings.items() if count > 1] == []


def test_each_command_and_option_is_there() -> None:
    held = sections("reference/commands.md")
    commands = [*_commands(typer.main.get_command(app))]
    assert len(commands) > 70
    for words, command in commands:
        section = held[" ".join(words) or "Global options"]
        context = typer.Context(command)
        options = [one for one in command.get_params(context) if one.name != "help"]
        written = {name for one in options for name in (*one.opts, *one.secondary_opts)}
        missing = [name for name in written if name.startswith("-") and f"`{name}`" not in section]
        assert missing == [], words
        assert [one.envvar for one in options if one.envvar and one.envvar not in section] == []
        assert command.epilog is None or command.epilog.startswith("Example: ")


def _commands(command: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, *words, name)


@pytest.mark.parametrize("name", ovmr_index.__all__)
def test_each_public_name_is_there(name: str) -> None:
    assert name in sections("reference/python.md") or f"`ovmr_index.{name}`" in committed(
        "reference/python.md"
    )


def test_each_method_and_parameter_of_an_index_is_there(tmp_path: Path) -> None:
    held = sections("reference/python.md")
    with Index.open(tmp_path) as index:
        nouns = [name for name, one in vars(Namespaces).items() if isinstance(one, cached_property)]
        assert len(nouns) > 7
        faces = {"index": index, **{f"index.{name}": getattr(index, name) for name in nouns}}
        calls = {
            f"{call}.{name}()": getattr(face, name)
            for call, face in faces.items()
            for name in _methods(face)
        }
    assert [call for call in calls if call not in held and f"I{call[1:]}" not in held] == []
    parameters = [
        (call, name)
        for call, method in calls.items()
        for name in inspect.signature(method).parameters
        if not re.search(rf"\b{name}: ", held.get(call) or held[f"I{call[1:]}"])
    ]
    assert parameters == []


def _methods(face: object) -> list[str]:
    names = [name for name in dir(type(face)) if not name.startswith("_")]
    return [name for name in names if callable(getattr(type(face), name))]


def test_each_view_and_column_is_there_and_described(empty_index: Path) -> None:
    held = sections("reference/views.md")
    with closing(sqlite3.connect(empty_index)) as connection:
        rows = connection.execute(
            "SELECT views.name, columns.name FROM sqlite_schema AS views"
            " JOIN pragma_table_info(views.name) AS columns WHERE views.type = 'view'"
        ).fetchall()
    assert len(rows) > 100
    for view, column in rows:
        assert re.search(rf"^\| `{column}` \| [A-Z]+ \| .+ \|$", held[view], re.MULTILINE)


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: str(table.name))
def test_each_table_and_column_is_there(table: Any) -> None:
    section = sections("reference/schema.md")[table.name]
    assert [one.name for one in table.columns if f"| `{one.name}` |" not in section] == []
    targets = {key.column.table.name for key in table.foreign_keys}
    assert [name for name in targets if f"(#{name})" not in section] == []


@pytest.mark.slow
def test_the_diagram_joins_tables_by_their_foreign_keys() -> None:
    boxes, lines = _diagram()
    assert set(boxes) == set(METADATA.tables)
    joined = {
        (start, target)
        for line in lines
        for part in _connected(line)
        for start in boxes
        for target in boxes
        if _touches(part, boxes[start]) and _touches(part, boxes[target])
    }
    keys = {
        (table.name, key.column.table.name)
        for table in METADATA.sorted_tables
        for key in table.foreign_keys
    }
    assert keys <= joined


def test_no_line_of_the_diagram_goes_through_a_box() -> None:
    boxes, lines = _diagram()
    for (x, y), (x2, y2) in (edge for line in lines for edge in line):
        middle = (x + x2) / 2, (y + y2) / 2
        for left, top, right, bottom in boxes.values():
            assert not (left < middle[0] < right and top < middle[1] < bottom)


Box = tuple[float, float, float, float]
Line = list[tuple[Point, Point]]


@cache
def _diagram() -> tuple[dict[str, Box], list[Line]]:
    """Return the box of each table, its edges in pixels, and the lines to each target."""
    root = ElementTree.fromstring(committed("images/schema.svg"))
    shapes = [one for one in root.iter(f"{_SVG}rect") if one.get("class") == "box"]
    names = [str(one.text) for one in root.iter(f"{_SVG}text") if one.get("class") == "name"]
    boxes = dict(zip(names, map(_edges, shapes), strict=True))
    paths = [str(one.get("d")) for one in root.iter(f"{_SVG}path") if one.get("class") == "line"]
    return boxes, [[*_steps(path)] for path in paths]


def _edges(shape: ElementTree.Element) -> Box:
    x, y, width, height = (float(str(shape.get(name))) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _steps(path: str) -> Iterator[tuple[Point, Point]]:
    for x, y, x2, y2 in _POINTS.findall(path):
        yield (float(x), float(y)), (float(x2), float(y2))


def _connected(line: Line) -> list[set[Point]]:
    """Return the points of each part of a line that hangs together."""
    parts: list[set[Point]] = []
    for edge in line:
        touched = [part for part in parts if part & {*edge}]
        parts = [part for part in parts if part not in touched]
        parts.append({*edge}.union(*touched))
    return parts


def _touches(part: set[Point], box: Box) -> bool:
    """Tell whether a line ends at a box: beside it, where an arrow may fill the gap."""
    left, top, right, bottom = box
    return any(left - 8 <= x <= right + 8 and top < y < bottom for x, y in part)
