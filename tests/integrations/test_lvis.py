"""`Index.lvis`: the lvis package's own object, filled from the index."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from ovmr_index import Index
from ovmr_index.errors import MissingSourceError
from tests.support.copied_tree import copied_tree
from tests.support.lvis_package import read_lvis
from tests.support.runs import python
from tests.support.trees import TreeBuilder

IMPORT = """
import json, logging, sys
from ovmr_index import Index
root = logging.getLogger()
before = root.handlers[:], root.level
made = Index.open(sys.argv[1], create=False).lvis("train")
assert (root.handlers, root.level) == before
json.dump([type(made).__module__, type(made).__name__, len(made.anns)], sys.stdout)
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, odd_index: Path) -> Index:
    """Return the index of an odd tree, which has both splits."""
    return Index.open(copied_tree(odd_index, tmp_path_factory.mktemp("lvis") / "datasets"))


@pytest.mark.slow
@pytest.mark.parametrize("split", ["train", "val"])
def test_it_is_what_the_package_makes_of_the_file(index: Index, split: str) -> None:
    made = index.lvis(split)
    read = read_lvis(index.root / "lvis" / f"lvis_v1_{split}.json")
    assert type(made) is type(read)
    assert vars(made).keys() == vars(read).keys()
    for name in ("dataset", "anns", "imgs", "cats", "img_ann_map", "cat_img_map"):
        assert getattr(made, name) == getattr(read, name)
        assert list(getattr(made, name)) == list(getattr(read, name))
    assert len(made.anns) == len(read.dataset["annotations"]) > 100
    assert json.dumps(made.dataset, sort_keys=True) == json.dumps(read.dataset, sort_keys=True)


def test_it_answers_as_the_package_does(index: Index) -> None:
    made, read = index.lvis(), read_lvis(index.root / "lvis" / "lvis_v1_train.json")
    assert made.logger.name == read.logger.name
    assert made.get_cat_ids() == read.get_cat_ids()
    assert made.get_img_ids() == read.get_img_ids()
    some = read.get_img_ids()[:3]
    assert made.get_ann_ids(img_ids=some) == read.get_ann_ids(img_ids=some)
    few = {"cat_ids": read.get_cat_ids()[:9], "area_rng": [0, 1_025]}
    assert made.get_ann_ids(**few) == read.get_ann_ids(**few)


@pytest.mark.parametrize("target", ["norare", "rareonly"])
def test_an_exported_file_loads(index: Index, tmp_path: Path, target: str) -> None:
    written = index.exports.target(target, tmp_path / "out.json")
    read, whole = read_lvis(written.path), index.lvis()
    rare = {key for key, category in whole.cats.items() if category.get("frequency") == "r"}
    wanted = {
        key
        for key, annotation in whole.anns.items()
        if (annotation["category_id"] in rare) == (target == "rareonly")
    }
    assert set(read.anns) == wanted
    assert len(read.anns) == written.records
    assert (read.imgs, read.cats) == (whole.imgs, whole.cats)


def test_the_root_logger_is_left_as_it_was(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    index.lvis()
    assert (root.handlers, root.level) == before
    # The package gives it a handler where it has none, when it is imported.
    monkeypatch.setattr(root, "handlers", [])
    for name in [one for one in sys.modules if one.partition(".")[0] == "lvis"]:
        monkeypatch.delitem(sys.modules, name)
    index.lvis()
    assert (root.handlers, root.level) == ([], before[1])


@pytest.mark.exhaustive  # the one before sees it within this process
@pytest.mark.slow
def test_the_root_logger_is_left_as_it_was_by_the_first_import(index: Index) -> None:
    command = python(IMPORT, index.root)
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == ["lvis.lvis", "LVIS", len(index.lvis().anns)]


def test_a_missing_split_is_told(builder: TreeBuilder) -> None:
    builder.lvis()
    index = builder.index()
    index.ingest()
    assert list(index.lvis().anns) == [1]
    with pytest.raises(MissingSourceError, match=r"no LVIS val annotations; run `index.ingest"):
        index.lvis("val")
