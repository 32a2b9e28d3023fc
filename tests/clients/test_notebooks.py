"""The notebooks of the documentation: their cells run on the demo, and show what is kept."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from scripts import make_notebooks

SOURCES = sorted(make_notebooks.SOURCES.glob("*.md"))
MOST_BYTES = 500_000
_PICTURE = re.compile(r"base64,[\w+/=]+")

pytestmark = pytest.mark.slow


def _kept(source: Path) -> Path:
    return make_notebooks.TARGET / f"{source.stem}.ipynb"


def _texts(notebook: Any) -> list[Any]:
    """Return the sources of the cells with what they show, pictures excepted."""
    text = _PICTURE.sub("", json.dumps(notebook))
    cells = json.loads(text)["cells"]
    for output in (one for cell in cells for one in cell.get("outputs", ())):
        output.get("data", {}).pop("image/png", None)
    return [_joined(cell) for cell in cells]


def _joined(value: Any) -> Any:
    """Return a value with texts in one piece, which a file has line by line."""
    if isinstance(value, dict):
        return {name: _joined(one) for name, one in value.items()}
    if isinstance(value, list):
        is_text = value and all(isinstance(one, str) for one in value)
        return "".join(value) if is_text else [_joined(one) for one in value]
    return value


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_shows_what_its_cells_print(
    source: Path, demo_index: Path, tmp_path: Path
) -> None:
    shutil.copytree(demo_index, tmp_path / "demo")
    made = make_notebooks.executed(source, tmp_path)
    assert _texts(made) == _texts(json.loads(_kept(source).read_text(encoding="utf-8")))


def test_there_is_a_source_of_each_notebook() -> None:
    assert [_kept(one) for one in SOURCES] == sorted(make_notebooks.TARGET.glob("*.ipynb"))
    assert SOURCES


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_is_small_and_names_no_machine(source: Path) -> None:
    content = _kept(source).read_text(encoding="utf-8")
    assert len(content) < MOST_BYTES
    assert not re.search(r"/tmp/|/home/|/root/|/Users/", content)
