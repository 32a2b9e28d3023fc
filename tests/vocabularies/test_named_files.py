"""What is wrong with a list in a file, or with a file that is checked, is said with the file."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ovmr_index import Index
from ovmr_index.errors import OvmrIndexError, RecordError, UsageError, naming
from tests.support.few_synsets import index_of_few_synsets
from tests.support.runs import call
from tests.support.trees import APPLE, BASKET, TreeBuilder, annotation, category


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Return an index of LVIS train with three categories: read only."""
    few = index_of_few_synsets(tmp_path_factory)
    builder = TreeBuilder(tmp_path_factory.mktemp("named") / "datasets", few)
    categories = [category(1), category(2, APPLE), category(3, BASKET)]
    builder.lvis(categories=categories, annotations=[annotation(1)])
    index = builder.index()
    index.ingest()
    return index


@pytest.fixture
def own(index: Index, tmp_path: Path) -> Index:
    """Return a copy of it, for one test."""
    return Index.open(shutil.copytree(index.root, tmp_path / "own"))


UNKNOWN = "there is no category 'appel' in lvis_v1_train; did you mean 'apple'"
BOTH = "categories are base and novel at once"
NONE = "no category is novel; give at least one"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "where", "problem"),
    [
        ("novel.txt", "apple\n\nappel\n", "line 3: ", UNKNOWN),
        ("novel.txt", "1 apple\n2 appel\n", "line 2: ", UNKNOWN),
        ("novel.csv", "/m/01,apple\n/m/02,appel", "line 2: ", UNKNOWN),
        ("novel.txt", "n01440764 tench\nn01443537 goldfish", "line 2: ", "there is no category"),
        ("data.yaml", "names: [apple, appel]\n", "", UNKNOWN),
        ("novel.json", '["apple", "appel"]', "novel[1]: ", UNKNOWN),
        ("novel.json", '{"novel": [2], "base": [1, 9]}', "base[1]: ", "there is no category 9"),
        ("novel.json", '{"novel": [2], "base": [1, "apple"]}', "", f"{BOTH}: 2 (base[1]); fix"),
        ("novel.txt", "", "", NONE),
        ("novel.json", "[]", "", NONE),
        ("novel.json", '{"novel": []}', "", NONE),
    ],
)
def test_a_list_of_a_partition_is_named(
    index: Index, tmp_path: Path, name: str, content: str, where: str, problem: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    done = call("partition", "add", "mine", "--file", file, root=index.root)
    assert done.code == 2
    assert f"{file}: {where}{problem}" in done.err
    with pytest.raises(UsageError) as raised:
        index.partitions.add("mine", file=file)
    assert str(raised.value).startswith(f"{file}: {where}{problem}")
    assert index.partitions.list() == []


def test_lists_of_no_file_are_said_without_one(index: Index) -> None:
    with pytest.raises(UsageError, match=r"^there is no category 'appel' in"):
        index.partitions.add("mine", ["appel"])
    with pytest.raises(UsageError, match=rf"^{BOTH}: 2;"):
        index.partitions.add("mine", ["apple"], [2])
    with pytest.raises(UsageError, match=rf"^{NONE}"):
        index.partitions.add("mine", [])


def test_a_name_that_is_taken_is_no_matter_of_the_file(own: Index, tmp_path: Path) -> None:
    file = tmp_path / "novel.txt"
    file.write_text("apple\n")
    own.partitions.add("mine", file=file)
    with pytest.raises(UsageError, match=r"^there is a partition 'mine'"):
        own.partitions.add("mine", file=file)
    with pytest.raises(UsageError, match=r"^there is no vocabulary 'none'"):
        own.partitions.add("other", file=file, vocabulary="none")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            {"annotations": [{"category_id": 1}], "categories": [{"id": 1, "name": "zebra"}]},
            "category 1 is 'zebra' in the file",
        ),
        (
            {"annotations": [{"category_id": 9}], "categories": [{"id": 9, "name": "zebra"}]},
            "lvis_v1_train has none of the categories of the file",
        ),
        ([[{"category_id": 1}], [{"category_id": 77}]], "lvis_v1_train has no category 77"),
    ],
)
def test_a_training_file_is_named(own: Index, tmp_path: Path, content: Any, problem: str) -> None:
    own.partitions.add("mine", ["apple"])
    file = tmp_path / "train.json"
    file.write_text(json.dumps(content))
    with pytest.raises(OvmrIndexError) as raised:
        own.partitions.check(file, "mine")
    assert str(raised.value).startswith(f"{file}: {problem}")
    with pytest.raises(UsageError, match=r"^there is no partition 'none'"):
        own.partitions.check(file, "none")


def test_an_error_that_names_its_file_stays_as_it_is() -> None:
    error = RecordError(Path("a.json"), "x[1]", "is wrong", "fix it")
    with pytest.raises(RecordError, match=r"^a.json: x") as raised, naming(Path("b.json"), "y[2]"):
        raise error
    assert raised.value is error
