"""`curate`, as typed."""

import shutil
from pathlib import Path

import pytest

from ovmr_index import Index
from tests.curation.conftest import write_tree
from tests.support.once import made_once
from tests.support.runs import call
from tests.support.trees import TreeBuilder

BOX = ("--category", "tench", "--source", "lvis_v1_train", "--region", 11)
PICTURE = ("--category", 1, "--source", "imagenet21k", "--file", "train/n01440764/b.JPEG")


@pytest.fixture
def root(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, few_synsets: Path) -> Path:
    """Return the root of an index of the test's own."""

    def make(path: Path) -> None:
        builder = TreeBuilder(path, few_synsets)
        write_tree(builder)
        with builder.index() as index:
            index.ingest()
            index.collate()

    tree = made_once(tmp_path_factory, "tree to curate", make)
    return Path(shutil.copytree(tree, tmp_path / "tree"))


@pytest.mark.slow
def test_the_journey(root: Path, tmp_path: Path) -> None:
    done = call("curate", "list", root=root)
    assert (done.code, done.out, done.err) == (0, "", "no exemplar is marked\n")
    done = call("curate", "exclude", *BOX, "--note", "a\ndrawing", "--author", "ann", root=root)
    assert (done.code, done.out, done.err) == (0, "1 exemplar excluded\n", "")
    done = call("curate", "exclude", *BOX, root=root)
    assert done.out == "0 exemplars excluded, 1 unchanged\n"
    assert call("curate", "pin", *PICTURE, "--json", root=root).data["changed"] == 1
    done = call("curate", "list", "--kind", "exclude", root=root)
    assert "a\\ndrawing  ann" in done.out
    assert [one["kind"] for one in call("curate", "list", "--json", root=root).data] == [
        "pin",
        "exclude",
    ]
    status = call("status", root=root)
    assert "marks: 1 excluded, 1 pinned\n" in status.out
    assert call("status", "--json", root=root).data["marks"]["excluded"] == 1
    assert "marks: 1 excluded, 1 pinned; excluded exemplars are" in call("coverage", root=root).err
    sample = call("sample", "-K", 1, "--name", "one", root=root)
    assert sample.code == 0
    assert "b.JPEG" in call("sample", "show", "one", root=root).out.splitlines()[2]

    file = tmp_path / "marks.json"
    assert call("curate", "export", file, root=root).out == f"{file}: 2 marks\n"
    assert call("curate", "undo", root=root).out == "pin taken back: 1 exemplar\n"
    assert call("curate", "clear", *BOX, root=root).out == "1 exemplar cleared\n"
    assert call("curate", "import", file, root=root).out == "2 exemplars imported\n"
    done = call("curate", "import", file, "--replace", root=root)
    assert done.out == "0 exemplars imported, 2 unchanged\n"


def test_what_is_gone_is_named_and_can_be_cleared(root: Path) -> None:
    with Index.open(root) as index:
        index.curation.exclude(index.curation.find(1, "imagenet21k", file="train/n01440764/b.JPEG"))
    (root / "imagenet/imagenet21k_P/train/n01440764/b.JPEG").unlink()
    done = call("ingest", root=root)
    why = "no pool of the category holds the exemplar; see `ovmr-index curate list`"
    assert f"1 mark is missing: {why}" in done.err.splitlines()
    assert "1 of them missing" in call("status", root=root).out
    done = call("curate", "list", root=root)
    assert "True" in done.out
    assert done.err == "what is missing is in no pool of its category now\n"
    assert call("curate", "clear", *PICTURE, root=root).out == "1 exemplar cleared\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("exclude",), "give --category and --source, and --region ID or --file NAME"),
        (
            ("pin", "--category", "tench", "--source", "x"),
            "give --region ID for a box, or --file NAME",
        ),
        (("pin", *BOX, "--file", "a"), "give --region ID for a box, or --file NAME"),
        (("clear", *PICTURE[:4], "--file", "x"), "the pool of '1' does not hold imagenet21k x"),
        (("exclude", "--audit", "--near-duplicates"), "are two steps; give one of them"),
        (("exclude", "--audit", *BOX), "find exemplars; give --category alone"),
        (("undo", "--author", "nobody"), "there is no step of nobody to take back"),
        (("exclude", *BOX, "--note", "a" * 10_001), "the note has 10,001 characters"),
        (("list", "--category", "tenhc"), "did you mean 'tench'?"),
    ],
)
def test_wrong_usage(root: Path, arguments: tuple[object, ...], problem: str) -> None:
    done = call("curate", *arguments, root=root)
    assert done.code == 2
    assert problem in done.error


def test_findings_in_one_step(root: Path) -> None:
    done = call("curate", "exclude", "--near-duplicates", "--category", "tench", root=root)
    assert done.out == "5 exemplars excluded\n"  # of six equal pictures
    assert call("curate", "undo", root=root).out == "exclude taken back: 5 exemplars\n"
    done = call("curate", "exclude", "--audit", root=root)
    assert done.code == 1
    assert "the index holds no LVIS val annotations" in done.error


def test_marks_and_samples_are_not_taken_for_each_other(root: Path, tmp_path: Path) -> None:
    marks, sample = tmp_path / "marks.json", tmp_path / "sample.json"
    assert call("curate", "export", marks, root=root).code == 0
    assert call("export", "sample", "-K", 1, "-o", sample, root=root).code == 0
    done = call("import-sample", marks, "--name", "mine", root=root)
    remedy = f"run `ovmr-index curate import {marks}`"
    assert done.error.endswith(f"holds marks of exemplars, and no sample; {remedy}")
    done = call("curate", "import", sample, root=root)
    assert done.error.endswith(f"is read by `ovmr-index import-sample {sample} --name NAME`")
