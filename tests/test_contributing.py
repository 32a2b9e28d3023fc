"""The worked example of CONTRIBUTING.md, followed to the letter in a copy of the package."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.runs import CHECKOUT, Run, call, run
from tests.support.trees import APPLE, TENCH

pytestmark = pytest.mark.slow

_BLOCK = re.compile(r"^```(?:python|text) title=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROWS = (
    "image,width,height,synset,x,y,w,h\n"
    f"a/1.jpg,64,48,{TENCH},4,5,40,30.5\n"
    f"2.jpg,64,48,{APPLE},0,0,10,10\n"
    f"a/1.jpg,64,48,{TENCH},1,2,33,34\n"
)
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


def _run(checkout: Path, root: Path, *arguments: object) -> Run:
    more = {"PYTHONPATH": str(checkout), "OVMR_INDEX_WORKERS": "1"}
    return run("--root", root, *arguments, more=more, cwd=checkout)


def test_the_worked_example_reads_its_format_and_writes_its_target(
    checkout: Path, demo_tree: Path, empty_index: Path, tmp_path: Path
) -> None:
    root, file = tmp_path / "demo", tmp_path / "boxes.csv"
    shutil.copytree(demo_tree, root)
    shutil.copyfile(empty_index, root / "ovmr.db")
    file.write_text(ROWS, encoding="utf-8")
    read = _run(checkout, root, "ingest", "lvis")
    assert read.code == 0, read.err
    options = ("--name", "mine", "--images", tmp_path)
    read = _run(checkout, root, "ingest", "plugin", "boxes-csv", file, *options)
    assert "mine: boxes: 3 added" in read.out, read.err
    written = _run(checkout, root, "export", "plugin", "pool-sizes")
    assert "pool_sizes.csv: 40 records" in written.out, written.err
    rows = (root / "metadata" / "pool_sizes.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 40
    query = "SELECT count(*) AS exemplars FROM exemplars WHERE category_synset = 'apple.n.01'"
    (found,) = call("sql", query, "--json", root=root).data
    assert f"apple.n.01,{found['exemplars']}" in rows
