"""The worked example of CONTRIBUTING.md, followed to the letter in a copy of the package."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.support.copied_tree import quick_copy
from tests.support.runs import CHECKOUT, environment, python
from tests.support.trees import APPLE, TENCH

pytestmark = pytest.mark.slow

_BLOCK = re.compile(r"^```(?:python|text) title=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROWS = (
    "image,width,height,synset,x,y,w,h\n"
    f"a/1.jpg,64,48,{TENCH},4,5,40,30.5\n"
    f"2.jpg,64,48,{APPLE},0,0,10,10\n"
    f"a/1.jpg,64,48,{TENCH},1,2,33,34\n"
)
# The two commands of the page, in one process: to start one takes longer than both.
COMMANDS = """
import sys
from ovmr_index.cli.app import app
root, table, images = sys.argv[1:]
plugin = ["ingest", "plugin", "boxes-csv", table, "--name", "mine", "--images", images]
for words in (plugin, ["export", "plugin", "pool-sizes"]):
    app(["--root", root, *words], standalone_mode=False)
"""
# What a line is put before in the file that has the table.
PLACES = {
    "ovmr_index/formats/table.py": ('    "coco",\n', ()),
    "ovmr_index/export/targets.py": (
        "        imagenet_lvis.TARGET,\n",
        (("exemplars, imagenet_lvis\n", "exemplars, imagenet_lvis, pool_sizes\n"),),
    ),
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package with the two files and the two lines of the page."""
    folder = tmp_path_factory.mktemp("checkout")
    for package in ("ovmr_index", "migrations"):
        shutil.copytree(CHECKOUT / package, folder / package)
    page = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = dict(_BLOCK.findall(page))
    assert PLACES.keys() < blocks.keys()
    for name, text in blocks.items():
        file = folder / name
        if name in PLACES:
            before, replaced = PLACES[name]
            table = file.read_text(encoding="utf-8")
            for old, new in ((before, text + before), *replaced):
                assert table.count(old) == 1
                table = table.replace(old, new)
            file.write_text(table, encoding="utf-8")
        else:
            assert not file.exists()
            file.write_text(text, encoding="utf-8")
    return folder


def test_the_worked_example_reads_its_format_and_writes_its_target(
    checkout: Path, shared: Path, tmp_path: Path
) -> None:
    root, file = tmp_path / "demo", tmp_path / "boxes.csv"
    quick_copy(shared, root)
    file.write_text(ROWS, encoding="utf-8")
    done = subprocess.run(
        python(COMMANDS, root, file, tmp_path),
        capture_output=True,
        text=True,
        check=False,
        cwd=checkout,
        env=environment() | {"PYTHONPATH": str(checkout), "OVMR_INDEX_WORKERS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "mine: boxes: 3 added" in done.stdout, done.stderr
    assert "pool_sizes.csv: 40 records" in done.stdout, done.stderr
    rows = (root / "metadata" / "pool_sizes.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 40
    with Index.open(root) as index:
        assert f"apple.n.01,{len(index.exemplars('apple'))}" in rows
