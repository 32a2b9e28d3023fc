"""Lists of categories as data sets publish them, and what is no list."""

import gzip
import io
import json
import sqlite3
import tarfile
import zipfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.errors import RecordError
from ovmr_index.formats.yaml_names import read_names
from ovmr_index.vocabularies.list_files import read_partition
from ovmr_index.vocabularies.list_lines import read_lines
from ovmr_index.vocabularies.mapping_file import read_mapping
from tests.support.listed_categories import read_vocabulary
from tests.support.trees import picture

MAPPING = """n01440764 tench, Tinca tinca
n02012849 crane
n03126707 crane
n03710721 maillot, tank suit
"""
DESCRIPTIONS = """/m/011k07,Tortoise
/m/011q46kg,Container
/g/11b, "Toy, plush"
"""


def _names(folder: Path, content: str | bytes, name: str = "list") -> list[tuple[int, str]]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [(one.key, one.name) for one in read_vocabulary(path)]


def test_wnids_and_what_they_are_called(tmp_path: Path) -> None:
    (tmp_path / "LOC_synset_mapping.txt").write_text(MAPPING)
    found = read_vocabulary(tmp_path / "LOC_synset_mapping.txt")
    assert [(one.key, one.name, one.synset) for one in found] == [
        (1, "tench", "n01440764"),
        (2, "crane", "n02012849"),
        (3, "crane", "n03126707"),
        (4, "maillot", "n03710721"),
    ]
    assert json.loads(found[0].record) == {"synonyms": ["tench", "Tinca tinca"]}
    novel = read_partition(tmp_path / "LOC_synset_mapping.txt").novel
    assert novel == [line.split()[0] for line in MAPPING.splitlines()]
    assert _names(tmp_path, "n01440764\ttench\nn02012849\nmug, cup\n") == [
        (1, "tench"),
        (2, "n02012849"),
        (3, "mug, cup"),
    ]


@pytest.mark.parametrize("header", ["", "LabelName,DisplayName\n"])
def test_the_class_descriptions_of_openimages(tmp_path: Path, header: str) -> None:
    text = header + DESCRIPTIONS.replace(', "', ',"')
    path = tmp_path / "class-descriptions-boxable.csv"
    path.write_text(text)
    found = read_vocabulary(path)
    assert [one.name for one in found] == ["Tortoise", "Container", "Toy, plush"]
    assert [json.loads(one.record) for one in found] == [
        {"mid": "/m/011k07"},
        {"mid": "/m/011q46kg"},
        {"mid": "/g/11b"},
    ]
    assert read_partition(path).novel == ["Tortoise", "Container", "Toy, plush"]
    assert _names(tmp_path, text) == [(1, "Tortoise"), (2, "Container"), (3, "Toy, plush")]


YAMLS = {
    "a list": "path: ../data\nnc: 2\nnames:\n  - mug\n  - tea cup\nval: x\n",
    "a list without indent": "names:\n- mug\n- tea cup\n",
    "a mapping": "# COCO\ntrain: images\nnames:\n  0: mug\n  1: tea cup  # small\n\nnc: 2\n",
    "a list in brackets": "nc: 2  # two\nnames: ['mug', \"tea cup\"]  # names\n",
    "with comments between": "names: [ mug, # first\n # then\n tea cup # and [more], ]\n]\n",
    "a list on several lines": "names: [ mug,\n   'tea cup',\n ]\nnc: 2",
    "a mapping in braces": "names: {0: mug, 1: 'tea cup'}\n",
    "with quotes": "names:\n  0: 'mug'\n  1: \"tea cup\"\n",
    "with a document mark": "---\nnames:\n  # first\n  - mug\n  - tea cup\n...\n",
    "with DOS ends": "names:\r\n  0: mug\r\n  1: tea cup\r\n",
}


@pytest.mark.parametrize("text", YAMLS.values(), ids=YAMLS)
@pytest.mark.parametrize("name", ["data.yaml", "list"])
def test_the_names_of_yolo(tmp_path: Path, text: str, name: str) -> None:
    assert _names(tmp_path, text, name) == [(0, "mug"), (1, "tea cup")]
    assert read_partition(tmp_path / name).novel == ["mug", "tea cup"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("names: [driver's licence, it's]", ["driver's licence", "it's"]),
        ("names: ['it''s', \"a \\\"b\\\"\"]", ["it's", 'a "b"']),
        ("names: ['a, b', 'c]', c:d]", ["a, b", "c]", "c:d"]),
        ("names:\n- 'a: b'\n- no\n- 1\n- \"null\"\n- c#", ["a: b", "no", "1", "null", "c#"]),
        (
            "names:\n- on\n- 007\n- 1e3\n- 2020-01-01\n- 0x1F\n- '~'\n- nullable",
            ["on", "007", "1e3", "2020-01-01", "0x1F", "~", "nullable"],
        ),
        ('names:\n- "caf\\u00e9"', ["café"]),
        ("names: [\"\\x41\", '\\x41']", ["A", "\\x41"]),
        ("first: &a x\nnames: &all [*a, b]", ["x", "b"]),
        ("names: []", []),
    ],
)
def test_names_are_taken_as_they_are_written(text: str, names: list[str]) -> None:
    assert [name for _, name in read_names(Path("data.yaml"), text)] == names


def test_indexes_of_a_mapping_are_ids(tmp_path: Path) -> None:
    assert _names(tmp_path, "names:\n  7: mug\n  3: cup\n") == [(7, "mug"), (3, "cup")]
    with pytest.raises(RecordError, match="id 7: occurs twice"):
        _names(tmp_path, "names:\n  7: mug\n  7: cup\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("classes:\n  - mug\n", "is YAML with no member `names`; give a list below"),
        ("train: images\nnc: 2\n", "is YAML with no member `names`"),
        ("- mug\n- cup\n", "is YAML with no member `names`"),
        ("0: mug\n1: cup\n", "is YAML with no member `names`"),
        ("---\nmug\n", "is YAML with no member `names`"),
        ("names: [a]\nnames: [b]\n", "is YAML with several members `names`"),
        ("nc: 3\nnames: [a, b]\n", "`nc` is 3, and `names` has 2; fix the file"),
        ("names: mug\n", "line 1: 'names: mug' is no name, and no list"),
        ("names:\n  mug: 0\n", "line 2: 'mug: 0' is no name"),
        ("names:\n  - [a, b]\n", r"line 2: '- \[a, b\]' is no name"),
        ("names:\n  - a\n    - b\n", "line 2: '- a' is no name"),
        ("names:\n  - a\n  1: b\n", "line 3: is no YAML: expected <block end>"),
        ("names:\n  - *all\n", "line 2: is no YAML: found undefined alias"),
        ("names: &all [*all]\n", "line 1: "),
        ("names:\n  - |\n    a\n", r"line 2: '- \|' is no name"),
        ("names:\n  - a: b\n", "line 2: '- a: b' is no name"),
        ("names:\n  - !!int 1\n", "line 2: '- !!int 1' is no name"),
        ("names:\n\t- a\n", r"line 2: is no YAML: found character '\\t'"),
        ("names: [a, [b]]\n", "line 1: "),
        ("names: [a, b\n", "line 2: is no YAML"),
        ("names: [a, b}\n", "line 1: "),
        ("names: [a, b] c\n", "line 1: "),
        ("names: [a,\n b\n c]\n", r"line 2: 'b' is no name"),
        ("names: [0: a]\n", "line 1: "),
        ("names: {a, b}\n", "line 1: "),
        ("names: ['']\n", "line 1: "),
        ("names: ['\x7f']\n", "is no YAML: unacceptable character #x007f"),
        pytest.param("names: " + "[" * 2_000, "nested too deeply", id="deep"),
        ("names:\n- a\n- b\nc\n- d\n", "line 5: is no YAML: could not find expected ':'"),
        ("names: [a, b]\n- c\n", "line 2: is no YAML: expected <block end>"),
        ("names:\n  0: a\n1: b\n", "line 3: '1' stands beside `names`; indent the line if"),
        ("names:\nnc: 0\n", "holds no category"),
    ],
)
def test_other_yaml_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(RecordError, match=problem):
        _names(tmp_path, text)


@given(st.text(alphabet="names:[]{}'\"-,#\n 0a\\&", max_size=60))
def test_any_yaml_is_read_or_refused(text: str) -> None:
    with suppress(RecordError):
        names = read_names(Path("x"), f"names: {text}")
        assert all(name for _, name in names)


@pytest.mark.parametrize(
    "text",
    ["mug\ntea cup\n", "Star Trek: Enterprise\nmug", "# mug\ncup", "a - b\nc", "mug\n- cup"],
)
def test_plain_names_are_no_yaml(tmp_path: Path, text: str) -> None:
    assert [name for _, name in _names(tmp_path, text)] == text.strip().split("\n")


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("id,name\n1,mug\n", "classes.csv", "is a table, but not of OpenImages' two columns"),
        ("/m/011k07,Tortoise\nmug\n", "list", "line 2: is not .mid, name., as the lines before"),
        ("/m/011k07,Tortoise\n/m/1,a,b\n", "list", "line 2: is not .mid, name."),
        ("/m/011k07,Tortoise\n/m/1,\n", "list", "line 2: is not .mid, name."),
        (
            "LabelName,DisplayName\n/m/1,Cat\n/m/2,Dog\n/m/1,Cow\n",
            "list",
            "line 4: calls /m/1 'Cow', and a line before it 'Cat'; keep one of the two",
        ),
        ("/m/1,Cat\n/m/1,cat\n", "list.csv", "line 2: calls /m/1 'cat', and a line before"),
        ("/m/1,Cat\n/m/1,Cat\n", "list.csv", "name 'Cat': occurs twice"),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, text: str, name: str, problem: str) -> None:
    with pytest.raises(RecordError, match=problem):
        _names(tmp_path, text, name)


def _zip() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("classes.txt", "mug")
    return output.getvalue()


def _tar() -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("mug"), io.BytesIO())
    return output.getvalue()


def _database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE mug (a)")
        return connection.serialize()


BINARY = {
    "a zip archive": _zip(),
    "a tar archive": _tar(),
    "a JPEG image": picture(),
    "a PNG image": picture(kind="PNG"),
    "an image or film": b"\0\0\0\x1cftypavif\0\0\0\0",
    "an icon": b"\0\0\1\0\1\0\x20\x20",
    "an SQLite database": _database(),
    "a PDF document": b"%PDF-1.7\n%mug",
    "a page of HTML": b"<!DOCTYPE html>\n<html>",
    "a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
    "a binary file": b"mug\0cup",
    "a binary": b"mug\x01cup",
    "a damaged gzip file": gzip.compress(b"mug")[:-4],
    "a Python pickle": b"\x80\x04\x95\x01\0\0\0\0\0\0\0.",
    "no UTF-8 text": b"caf\xe9",
}


@pytest.mark.parametrize(("what", "content"), BINARY.items(), ids=BINARY)
def test_what_is_no_list_is_named(tmp_path: Path, what: str, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    for read in (read_vocabulary, read_partition, read_mapping):
        with pytest.raises(RecordError, match=f"file: is {what}.*; (give|save|copy) ") as caught:
            read(tmp_path / "file")
        assert len(str(caught.value).replace(str(tmp_path), "")) < 200


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_marks_and_compression(tmp_path: Path, coding: str, pack: type[bytes]) -> None:
    assert _names(tmp_path, pack("mug\nü\n".encode(coding))) == [(1, "mug"), (2, "ü")]
    assert _names(tmp_path, pack('["mug", "ü"]'.encode(coding))) == [(1, "mug"), (2, "ü")]
    (tmp_path / "map").write_bytes(pack('{"mug": "mug.n.04"}'.encode(coding)))
    assert read_mapping(tmp_path / "map") == {"mug": "mug.n.04"}


@pytest.mark.parametrize("null", ["null", "Null", "NULL", "~", "~  # none", "", "''"])
@pytest.mark.parametrize("form", ["- mug\n- {}", "  0: mug\n  1: {}", "[mug, {}\n, cup]"])
def test_a_null_of_yaml_is_no_name(tmp_path: Path, form: str, null: str) -> None:
    file = tmp_path / "data.yaml"
    between = " " if form.startswith("[") else "\n"
    file.write_text(f"names:{between}{form.format(null)}\n")
    with pytest.raises(RecordError, match=r"is no name|is no YAML: expected the node content"):
        read_lines(file, file.read_text())


def test_null_is_a_name_in_plain_text(tmp_path: Path) -> None:
    assert [one.name for one in read_lines(tmp_path / "list", "mug\nnull\n~\n")] == [
        *("mug", "null", "~")
    ]


def test_lines_that_count_are_ids_with_names(tmp_path: Path) -> None:
    path = tmp_path / "list"
    assert [one[:2] for one in read_lines(path, "0 dog\n1\thot dog\n")] == [
        ("dog", 0),
        ("hot dog", 1),
    ]
    names = ["7 up", "1 litre bottle", "3 dogs"]
    assert [one[:2] for one in read_lines(path, "\n".join(names))] == [(one, None) for one in names]


def test_a_label_map_is_refused(tmp_path: Path) -> None:
    text = 'item {\n  id: 1\n  name: "dog"\n}\n'
    with pytest.raises(RecordError, match="is a label map"):
        read_lines(tmp_path / "label_map.pbtxt", text)


TABLES = {
    "1\tdog\n5\tcat\n9\tapple\n": "its lines have 2 columns, separated by tabs; save the column",
    "1\tdog": "its lines have 2 columns, separated by tabs",
    "1\tdog\tpet\n2\tcat\tpet\n": "its lines have 3 columns, separated by tabs",
    "n02084071\tdog\tpet\nn02121620\tcat\tpet\n": "its lines have 3 columns, separated by tabs",
    "dog\tn02084071\ncat\tn02121620\n": "its lines have 2 columns, separated by tabs",
    "1;dog\n2;cat\n": "its lines have 2 columns, separated by semicolons",
    "1;dog;pet\r\n2;cat;pet\r\n": "its lines have 3 columns, separated by semicolons",
    "1|dog\n2|cat\n": "its lines have 2 columns, separated by bars",
    "1,dog\n2,cat\n": "its lines have 2 columns, separated by commas",
    "1, dog\n2, cat\n": "its lines have 2 columns, separated by commas",
    '1,dog\n2,"crab, edible"\n': "its lines have 2 columns, separated by commas",
    "1,dog\n2,crab, edible\n": "its lines have 3 columns, separated by commas",
    "dog,animal\ncat,animal\n": "its lines have 2 columns, separated by commas",
    "id,name\n1,dog\n2,crab, edible\n": "its first line, 'id,name', is a header",
    "Class ID;Class Name\n1;dog\n": "its first line, 'Class ID;Class Name', is a header",
    '"id"\t"name"\n1\tdog\n': "is a header",
    "\ufeffname,synset\ndog,dog.n.01\n": "its first line, 'name,synset', is a header",
}


@pytest.mark.parametrize(("content", "problem"), TABLES.items(), ids=map(repr, TABLES))
def test_tables_are_no_names(tmp_path: Path, content: str, problem: str) -> None:
    for read in (read_vocabulary, read_partition):
        (tmp_path / "list").write_text(content)
        with pytest.raises(RecordError) as caught:
            read(tmp_path / "list")
        assert "is a table: " in str(caught.value)
        assert problem in str(caught.value)
        assert str(caught.value).endswith("a name a line, or give a JSON array")


def test_a_column_of_a_table_is_no_name_either(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="line 1: is a table: its first line, 'name', is a head"):
        _names(tmp_path, "name\ndog\ncat\n", "list.csv")
    assert _names(tmp_path, "dog\ncat\n", "list.csv") == [(1, "dog"), (2, "cat")]
    assert _names(tmp_path, "name\ndog\n") == [(1, "name"), (2, "dog")]


@pytest.mark.parametrize(
    "names",
    [
        ["dog", "crab, edible", "cat"],
        ["crab, edible", "fish, edible"],
        ["crab, edible"],
        ["a;b"],
        ["dog", "salt;pepper", "cat"],
        ["dog", "hot\tdog", "cat"],
        ["1,000 m race"],
        ["name, given", "dog"],
        ["AC|DC", "dog"],
        ["salt, sugar, flour", "oil, olive"],
        ["id", "dog"],
    ],
)
def test_names_with_signs_of_tables_are_names(tmp_path: Path, names: list[str]) -> None:
    assert [name for _, name in _names(tmp_path, "\n".join(names))] == names


def test_forms_with_columns_are_still_read(tmp_path: Path) -> None:
    assert _names(tmp_path, "1\tdog\n2\tcat, tom\n") == [(1, "dog"), (2, "cat, tom")]
    assert _names(tmp_path, "n02084071,dog\nn02121620,cat\n") == [(1, "dog"), (2, "cat")]
    assert _names(tmp_path, "n02084071\tdog\nn02121620\tcat\n") == [(1, "dog"), (2, "cat")]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            [{"name": "mug", "Synset": "m.n.04"}],
            "categories[0]: has a member `Synset`; rename it",
        ),
        ([{"name": "mug", "ID": 4}], "categories[0]: has a member `ID`; rename it to `id`"),
        ([{"name": "mug", " id": 4}], "categories[0]: has a member ` id`; rename it to `id`"),
        ({"0": ["n01440764", "tench"]}, "`0` (id unknown): expected `str`, got `array`; give"),
        ({"names": ["dog"]}, "`names` (id unknown): expected `str`, got `array`; give"),
        (
            {"Categories": [{"name": "dog"}]},
            "`Categories` (id unknown): expected `str`",
        ),
        ({"dog": None}, "`dog` (id unknown): expected `str`, got `null`; give {"),
        ({"dog": 3}, "`dog` (id unknown): expected `str`, got `int`; give {"),
        ({"dog": ""}, "`dog` (id unknown): expected `str` of length >= 1; give {"),
    ],
)
def test_members_that_would_not_be_read(tmp_path: Path, content: object, problem: str) -> None:
    with pytest.raises(RecordError) as caught:
        _names(tmp_path, json.dumps(content))
    assert str(caught.value).startswith(f"{tmp_path / 'list'}: {problem}")


def test_a_wnid_is_the_synset_of_an_object(tmp_path: Path) -> None:
    both = {"name": "cup", "wnid": "n03147509", "synset": "cup.n.01"}
    (tmp_path / "list").write_text(json.dumps([{"name": "mug", "wnid": "n03797390"}, both]))
    found = read_vocabulary(tmp_path / "list")
    assert [one.synset for one in found] == ["n03797390", "cup.n.01"]


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85"])
def test_only_line_ends_end_a_name(tmp_path: Path, sign: str) -> None:
    text = f"ice{sign}cream\r\nmug\rdog\n"
    names = [one.name for one in read_lines(tmp_path / "names.txt", text)]
    assert names == [f"ice{sign}cream", "mug", "dog"]
