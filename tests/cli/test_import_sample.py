"""`import-sample`: the report, the exit codes, and what is wrong usage."""

import json
from pathlib import Path

import pytest

from tests.support.oracle import load
from tests.support.runs import call

pytestmark = pytest.mark.slow


@pytest.fixture
def file(small_tree: Path) -> Path:
    """Return the file of five exemplars a category."""
    path = small_tree / "five.json"
    assert call("export", "sample", "-o", path, root=small_tree).code == 0
    return path


def _spoil(file: Path) -> None:
    content = load(file)
    content[0][0]["dataset"] = "gone"
    file.write_text(json.dumps(content))


def test_all_is_here(small_tree: Path, file: Path) -> None:
    done = call("import-sample", file, "--name", "author", root=small_tree)
    assert done == (0, "author: 60 exemplars of 12 categories: 60 here\n", "")
    again = small_tree / "again.json"
    assert call("export", "sample", "--name", "author", "-o", again, root=small_tree).code == 0
    assert again.read_bytes() == file.read_bytes()
    taken = call("import-sample", file, "--name", "author", root=small_tree)
    assert (taken.code, taken.out) == (2, "")
    assert "there is a sample 'author' already; run `ovmr-index sample rm author`" in taken.error


def test_what_is_missing(small_tree: Path, file: Path) -> None:
    _spoil(file)
    done = call("import-sample", file, "--name", "author", root=small_tree)
    assert done.code == 1
    assert "the index holds no dataset gone" in done.out
    assert done.out.endswith("author: 60 exemplars of 12 categories: 59 here, 1 missing\n")
    said = "nothing was saved: 1 exemplar is missing; ingest the missing datasets, or give"
    assert done.err == f"{said} --replace-missing or --allow-missing\n"
    told = call("import-sample", file, "--name", "author", "--json", root=small_tree)
    assert told.code == 1
    data = told.data
    (problem,) = data.pop("problems")
    keys = ["category_id", "position", "dataset", "file_name", "kind", "reason", "substitute"]
    assert list(problem) == keys
    assert (problem["kind"], problem["dataset"], problem["substitute"]) == ("missing", "gone", None)
    assert data == {
        "name": "author",
        "vocabulary": "lvis_v1_train",
        "categories": 12,
        "exemplars": 60,
        "here": 59,
        "missing": 1,
        "replaced": 0,
        "boxes": 0,
        "saved": False,
    }


def test_substitutes(small_tree: Path, file: Path) -> None:
    _spoil(file)
    options = ("--name", "author", "--replace-missing", "--json")
    told = call("import-sample", file, *options, root=small_tree)
    assert (told.code, told.data["replaced"], told.data["saved"]) == (0, 1, True)
    assert call("sample", "list", "--json", root=small_tree).data[0]["picks"] == 60
    allowed = call("import-sample", file, "--name", "rest", "--allow-missing", root=small_tree)
    assert allowed.code == 0
    (rest,) = [
        one
        for one in call("sample", "list", "--json", root=small_tree).data
        if one["name"] == "rest"
    ]
    assert rest["picks"] == 59


def test_wrong_usage(shared: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    for arguments, code, message in (
        ((other,), 2, "--name"),
        ((other, "--name", "a/b"), 2, "--name"),
        ((other, "--name", "a", "--vocabulary", "none"), 2, "there is no vocabulary 'none'"),
        ((other, "--name", "a"), 1, "other.json: expected `array`, got `object`"),
        ((tmp_path / "none.json", "--name", "a"), 1, "none.json: No such file"),
    ):
        done = call("import-sample", *arguments, root=shared)
        assert (done.code, done.out) == (code, "")
        assert message in done.err
