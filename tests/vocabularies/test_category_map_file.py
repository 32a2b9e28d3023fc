"""Files that map categories to others."""

import gzip
import json
from pathlib import Path

import pytest

from ovmr_index.errors import RecordError
from ovmr_index.vocabularies.category_map_file import read_category_map


def written(folder: Path, content: str | bytes, name: str = "map") -> Path:
    """Write a file and return its path."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize(
    "content",
    [
        '{"sofa": "couch", "3": "cup", "mug": null}',
        '{"sofa": " couch ", "3": "cup", "mug": ""}',
        "from,to\nsofa,couch\n3,cup\nmug,\n",
        "\ufefffrom,to\r\nsofa,couch\r\n\r\n3,cup\r\nmug,\r\n",
        "note,To,From\nthe first,couch,sofa\n,cup,3\nx,,mug\n",
        "from\tto\nsofa\tcouch\n3\tcup\nsofa\tcouch\nmug\t\n",
        gzip.compress(b"from,to\nsofa,couch\n3,cup\nmug,\n", mtime=0),
    ],
)
def test_forms_of_a_map(tmp_path: Path, content: str | bytes) -> None:
    expected = {"sofa": "couch", "3": "cup", "mug": None}
    assert read_category_map(written(tmp_path, content)).ends == expected


@pytest.mark.parametrize("name", ["a\nb", "a\u2028b", 'a, "b"'])
def test_a_name_in_quotes_is_kept(tmp_path: Path, name: str) -> None:
    quoted = name.replace('"', '""')
    found = read_category_map(written(tmp_path, f'from,to\r\nmug,"{quoted}"\r\n'))
    assert found.ends == {"mug": name}


def test_numbers_are_ids(tmp_path: Path) -> None:
    assert read_category_map(written(tmp_path, '{"1": 18}')).ends == {"1": "18"}


def test_chains_are_followed(tmp_path: Path) -> None:
    pairs: dict[str, str | None] = {
        "beagle": "dog",
        "dog": "animal",
        "cat": "cat",
        "lion": "cat",
        "tree": "plant",
    }
    pairs |= {"plant": None, "pug": "beagle"}
    found = read_category_map(written(tmp_path, json.dumps(pairs)))
    assert found.targets == {"dog", "animal", "cat", "plant", "beagle"}
    assert found.ends == {
        "beagle": "animal",
        "dog": "animal",
        "cat": "cat",
        "lion": "cat",
        "tree": None,
        "plant": None,
        "pug": "animal",
    }


@pytest.mark.slow
def test_a_long_chain_is_followed(tmp_path: Path) -> None:
    pairs = {f"c{i}": f"c{i + 1}" for i in range(50_000)}
    assert {*read_category_map(written(tmp_path, json.dumps(pairs))).ends.values()} == {"c50000"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; give a JSON object"),
        ("\n\n", "the file is empty"),
        ("{}", "maps no category; give a JSON object"),
        ("from,to\n", "maps no category"),
        ("[]", "is a JSON array"),
        ('{"a": "b", "b": "c", "c": "a"}', "circle: a -> b -> c -> a; remove one of these"),
        ('{"x": "a", "a": "b", "b": "a"}', "circle: a -> b -> a;"),
        ('{"a": "b", "a": "c"}', "`a`: stands twice"),
        ('{"a": 1.5}', "`a`: .*give the name, the id or the synset"),
        ('{"a": NaN}', "is not JSON"),
        ('{"a": ["b"]}', "`a`: .*give the name, the id or the synset"),
        ('{" ": "b"}', "names no category in `from`"),
        ('{"a": "b\\u0000"}', "holds a NUL character"),
        ("from,to\na,b\na,c\n", "line 3: maps 'a' to 'c', and before to 'b'; keep one"),
        ("from,to\na,b\na,\n", "line 3: maps 'a' to nothing, and before to 'b'"),
        ("from,to\n,b\n", "line 2: names no category in `from`"),
        ("a,b\nc,d\n", "line 1: has no header `from,to`, but 'a,b'"),
        ("from,to,to\na,b,c\n", "line 1: has no header"),
        ("from,to\na,b,c\n", "line 2: has 3 cells, and the header has 2"),
        ("from,to\na\n", "line 2: has 1 cells"),
        ('from,to\n"a,b\n', "line 2: unexpected end"),
        (b"\xff\xfe\xfa", "is no UTF-8 text|binary"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a PNG image"),
    ],
)
def test_wrong_maps(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        read_category_map(written(tmp_path, content))


def test_a_long_circle_is_shown_in_part(tmp_path: Path) -> None:
    pairs = {f"c{i}": f"c{(i + 1) % 99}" for i in range(99)}
    with pytest.raises(RecordError, match=r"c0 -> c1 -> .* -> … -> c0; remove"):
        read_category_map(written(tmp_path, json.dumps(pairs)))


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="No such file"):
        read_category_map(tmp_path / "absent")
    with pytest.raises(RecordError, match="Is a directory"):
        read_category_map(tmp_path)
