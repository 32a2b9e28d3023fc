"""`demo`: one command from nothing to a look at the result."""

import shlex
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.support.runs import call
from tests.support.warm import DEMO_TREE, FEW_SYNSETS, warm_start


@pytest.mark.slow
def test_demo(tmp_path: Path, demo_tree: Path, few_synsets: Path) -> None:
    folder = tmp_path / "a demo"
    quick = {DEMO_TREE: str(demo_tree), FEW_SYNSETS: str(few_synsets)}
    done = warm_start().run("demo", folder, more=quick)
    assert (done.code, done.err) == (0, "")
    assert str(folder / "contact_sheet.png") in done.out
    with Image.open(folder / "contact_sheet.png") as sheet:
        assert sheet.width > 1000
    assert len(list((folder / "crops" / "all").rglob("*.*"))) == 200
    assert (folder / "metadata" / "exemplar_dict.json").is_file()
    questions = [line for line in done.out.splitlines() if " --root " in line]
    assert len(questions) == 4
    assert questions[-1] == done.out.splitlines()[-1]
    assert questions[-1].startswith("Next: ")
    for question in questions:
        words = shlex.split(question)
        answer = call(*words[words.index("--root") :])
        assert answer.code == 0
        assert len(answer.out.splitlines()) > 3
    again = warm_start().run("demo", folder, "--json", more=quick)
    assert again.code == 0
    assert again.data["sheet"] == str(folder / "contact_sheet.png")
    assert len(again.data["files"]) == 6


@pytest.mark.slow
@pytest.mark.exhaustive  # `tests/demo/test_demo_tree.py` draws a part of it again
def test_an_earlier_demo_is_drawn_over(tmp_path: Path, demo_tree: Path) -> None:
    folder = Path(shutil.copytree(demo_tree, tmp_path / "a demo"))
    spoilt = min((folder / "imagenet").rglob("*.JPEG"))
    spoilt.write_bytes(b"spoilt")
    assert call("demo", folder, "--json").code == 0
    drawn = [path for path in demo_tree.rglob("*") if path.is_file()]
    assert len(drawn) > 700
    for path in drawn:
        assert (folder / path.relative_to(demo_tree)).read_bytes() == path.read_bytes(), path


def test_demo_leaves_other_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = call("demo", tmp_path)
    assert done.code == 1
    assert "choose an empty folder" in done.error
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
