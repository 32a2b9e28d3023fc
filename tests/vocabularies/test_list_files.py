"""Lists of categories as people write them: vocabularies and partitions."""

import json
from pathlib import Path
from typing import Any

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.formats.records import CategoryRecord
from ovmr_index.vocabularies.list_files import read_partition
from tests.support.listed_categories import read_vocabulary
from tests.support.trees import APPLE, TENCH


def _file(folder: Path, content: Any) -> Path:
    path = folder / "list"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def _plain(key: int, name: str, synset: str | None = None) -> CategoryRecord:
    return CategoryRecord(key, name, synset, None, "{}")


@pytest.mark.parametrize(
    ("content", "categories"),
    [
        ("apple\n  hot dog \n\ntench.n.01\r\n", [(1, "apple"), (2, "hot dog"), (3, "tench.n.01")]),
        ("\ufeffapple", [(1, "apple")]),
        (["apple", "hot dog"], [(1, "apple"), (2, "hot dog")]),
        ([" apple", "hot dog\n"], [(1, "apple"), (2, "hot dog")]),
        ({" b ": " tench.n.01"}, [(1, "b", "tench.n.01")]),
        ({"0": " b ", "1": "c"}, [(0, "b"), (1, "c")]),
        ({"b": "tench.n.01", "a": "n07739125"}, [(1, "b", "tench.n.01"), (2, "a", "n07739125")]),
    ],
)
def test_categories_without_ids_are_numbered(
    tmp_path: Path, content: Any, categories: list[tuple[Any, ...]]
) -> None:
    assert read_vocabulary(_file(tmp_path, content)) == [_plain(*one) for one in categories]


@pytest.mark.parametrize("member", [None, "categories"])
def test_objects_keep_what_they_say(tmp_path: Path, member: str | None) -> None:
    categories = [
        {"name": "b", "id": 7, "synset": "tench.n.01", "frequency": "r", "mine": [1.0]},
        {"id": 3, "name": "a"},
    ]
    content = categories if member is None else {member: categories, "images": []}
    assert read_vocabulary(_file(tmp_path, content)) == [
        CategoryRecord(7, "b", "tench.n.01", "r", json.dumps(categories[0])),
        CategoryRecord(3, "a", None, None, json.dumps(categories[1])),
    ]


def test_names_have_no_spaces_around_them(tmp_path: Path) -> None:
    content = [{"name": " dog ", "synset": "dog.n.01\t", "mine": 1}, {"name": "\u00a0cat"}]
    assert read_vocabulary(_file(tmp_path, content)) == [
        CategoryRecord(
            *(1, "dog", "dog.n.01", None), '{"name": "dog", "synset": "dog.n.01", "mine": 1}'
        ),
        CategoryRecord(2, "cat", None, None, '{"name": "cat"}'),
    ]
    number = [{"name": 5, "synset": " dog.n.01", "wnid": None}]
    assert read_vocabulary(_file(tmp_path, number))[0][1:3] == ("5", "dog.n.01")
    parts = read_partition(_file(tmp_path, {"novel": [" dog ", 2], "base": ["cat\n"]}))
    assert (parts.novel, parts.base) == (["dog", 2], ["cat"])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "holds no category"),
        (" \n", "holds no category"),
        ("[]", "holds no category"),
        ("[1]", r"categories\[0\] .*: expected `str \| object`, got `int`"),
        ('[{"id": 1}]', r"categories\[0\] \(id 1\): object missing required field `name`"),
        ('[{"id": -1, "name": "a"}]', r"categories\[0\]: id '-1' is no whole number from 0 to"),
        ('[{"id": 1.5, "name": "a"}]', r"categories\[0\]: id '1.5' is no whole number"),
        ('[{"id": "x", "name": "a"}]', r"categories\[0\]: id 'x' is no whole number"),
        ('[{"id": "", "name": "a"}]', r"categories\[0\]: id '' is no whole number"),
        ('[{"id": 1e30, "name": "a"}]', r"categories\[0\]: id '1e\+30' is no whole number"),
        ('[{"id": 9223372036854775808, "name": "a"}]', "is no whole number from 0 to 2"),
        (f'[{{"id": {"1" * 5_000}, "name": "a"}}]', r"categories\[0\]"),
        ('[{"id": "1", "name": "a"}, {"id": 1.0, "name": "b"}]', "id 1: occurs twice"),
        ('[{"name": "a", "synset": "s"}, {"name": "a", "synset": "s"}]', "name 'a': occurs twice"),
        ('{"a": "b", "c": "d", "a": "e"}', "`a`: stands twice; remove one of them"),
        ('["a", "a"]', "name 'a': occurs twice; remove one of them"),
        ('["a", " a "]', "name 'a': occurs twice; remove one of them"),
        ('[{"name": "a"}, {"name": "  "}]', r"categories\[1\]: has a name of spaces alone; give"),
        ('["a", "  "]', "has a name of spaces alone; give a name"),
        ('[{"name": "a", "id": 2}, {"name": "b", "id": 2}]', "id 2: occurs twice"),
        ('[{"name": "a", "id": 2}, "b"]', "1 of 2 categories have an id; give an id to all"),
        ('{"a": ["b"]}', "`a` .*: expected `str`, got `array`"),
        ('{"a": "b"', "the file is cut off|bracket is not closed"),
    ],
)
def test_a_list_that_is_wrong_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    path = _file(tmp_path, content)
    with pytest.raises(RecordError, match=problem) as caught:
        read_vocabulary(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="No such file"):
        read_vocabulary(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"caf\xe9")
    with pytest.raises(RecordError, match="is no UTF-8 text"):
        read_vocabulary(tmp_path / "bytes")


@pytest.mark.parametrize(
    ("content", "novel", "base"),
    [
        ("cat\ntench.n.01\n12", ["cat", "tench.n.01", "12"], None),
        (["cat", 12], ["cat", 12], None),
        ({"novel": [12]}, [12], None),
        ({"base": ["a"], "novel": ["cat"]}, ["cat"], ["a"]),
    ],
)
def test_parts_of_a_partition(tmp_path: Path, content: Any, novel: Any, base: Any) -> None:
    parts = read_partition(_file(tmp_path, content))
    assert (parts.novel, parts.base) == (novel, base)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"base": []}', "has no member `novel`"),
        ('{"novel": [], "known": []}', "has a member `known`; give `novel` and `base`"),
        ('{"novel": [1.5]}', r"novel\[0\]"),
        ('{"novel": "cat"}', "`novel`"),
        ("[null]", r"novel\[0\]"),
    ],
)
def test_a_partition_that_is_wrong_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(RecordError, match=problem):
        read_partition(_file(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "categories"),
    [
        ([{"id": 0, "name": "a"}], [(0, "a")]),
        ([{"id": "7", "name": "a"}, {"id": 3.0, "name": "b"}], [(7, "a"), (3, "b")]),
        ([{"id": 2, "name": "cap"}, {"id": 1, "name": "cap"}], [(2, "cap"), (1, "cap")]),
        (
            [{"id": 1, "name": "cap", "synset": TENCH}, {"id": 2, "name": "cap", "synset": APPLE}],
            [(1, "cap", TENCH), (2, "cap", APPLE)],
        ),
        (
            [{"name": "cap", "synset": TENCH}, {"name": "cap", "synset": APPLE}, "cap"],
            [(1, "cap", TENCH), (2, "cap", APPLE), (3, "cap")],
        ),
    ],
)
def test_categories_are_taken_as_an_ingest_takes_them(
    tmp_path: Path, content: Any, categories: list[tuple[Any, ...]]
) -> None:
    found = [one._replace(record="{}") for one in read_vocabulary(_file(tmp_path, content))]
    assert found == [_plain(*one) for one in categories]


def test_a_partition_may_name_category_0(tmp_path: Path) -> None:
    assert read_partition(_file(tmp_path, "[0]")).novel == [0]
    assert read_partition(_file(tmp_path, {"novel": [0], "base": [1]})).base == [1]
    with pytest.raises(RecordError, match="`novel`: stands twice"):
        read_partition(_file(tmp_path, '{"novel": [0], "novel": [1]}'))


@pytest.mark.slow
def test_a_long_list_is_checked_in_one_pass(tmp_path: Path) -> None:
    """Comparing each with each would take a quarter of an hour."""
    names = [f"name {number}" for number in range(50_000)]
    assert len(read_vocabulary(_file(tmp_path, names))) == 50_000
    with pytest.raises(RecordError, match="name 'name 0': occurs twice"):
        read_vocabulary(_file(tmp_path, [*names, names[0]]))
    long = "n" * 1_000_000
    with pytest.raises(RecordError, match="occurs twice") as caught:
        read_vocabulary(_file(tmp_path, "\n".join([*names, long, long])))
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize(
    ("content", "categories"),
    [
        ({"0": "dog", "16": "hot dog"}, [(0, "dog"), (16, "hot dog")]),
        ({"007": "dog"}, [(7, "dog")]),
        ({"0": "tench.n.01", "1": "n07739125"}, [(0, "tench.n.01"), (1, "n07739125")]),
    ],
)
def test_a_mapping_of_digits_is_from_id_to_name(
    tmp_path: Path, content: Any, categories: list[tuple[Any, ...]]
) -> None:
    assert read_vocabulary(_file(tmp_path, content)) == [_plain(*one) for one in categories]


def test_a_name_of_digits_needs_a_synset_beside_other_names(tmp_path: Path) -> None:
    mixed = {"7": "seven.n.01", "mug": "mug.n.04"}
    found = read_vocabulary(_file(tmp_path, mixed))
    assert [(one.name, one.synset) for one in found] == list(mixed.items())
    with pytest.raises(RecordError, match="`0`: is an id of 'dog', and other keys are names"):
        read_vocabulary(_file(tmp_path, {"0": "dog", "mug": "mug.n.04"}))
    with pytest.raises(RecordError, match="occurs twice"):
        read_vocabulary(_file(tmp_path, {"7": "dog", "07": "cat"}))


def test_members_mean_what_they_mean_in_an_annotation_file(tmp_path: Path) -> None:
    odd = {"id": "7", "name": 3, "synset": "", "frequency": 17}
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"categories": [odd, {"id": 8.0, "name": "mug"}]}))
    found = [(one.key, one.name, one.synset, one.frequency) for one in read_vocabulary(path)]
    assert found == [(7, "3", None, None), (8, "mug", None, None)]
    path.write_text('{"novel": [1.0, "7", 8]}')
    assert read_partition(path).novel == [1, "7", 8]
    path.write_text('{"novel": [1.5]}')
    with pytest.raises(RecordError, match=r"novel\[0\]: id '1.5' is no whole number"):
        read_partition(path)
