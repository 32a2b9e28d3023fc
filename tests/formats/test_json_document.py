"""JSON documents: records found in the map, what is said of parts that are wrong."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from msgspec import Raw

from ovmr_index.errors import RecordError
from ovmr_index.formats.json_document import (
    WRONG,
    JsonDocument,
    invalid_utf8,
    other_fields,
    without_white_space,
)
from tests.support.exhaustive import examples
from tests.support.random_json import VALUES, exactly, written


def _document(folder: Path, content: bytes) -> JsonDocument:
    path = folder / "file.json"
    path.write_bytes(content)
    return JsonDocument(path)


def _error(folder: Path, content: bytes) -> str:
    with pytest.raises(RecordError) as caught:
        _document(folder, content).members()
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{folder / 'file.json'}: ")
    return message


@pytest.mark.slow
@examples(100, few=10)
@given(written(VALUES))
def test_white_space_goes_and_values_stay(drawn: tuple[Any, bytes]) -> None:
    value, text = drawn
    assert exactly(json.loads(without_white_space(Raw(text)))) == exactly(value)


def test_white_space_within_strings_stays() -> None:
    assert without_white_space(Raw(b'{ "a b" : [ 1,\r\n\t2 ] }')) == b'{"a b":[1,2]}'


def test_members_and_elements_keep_the_order_of_the_file(tmp_path: Path) -> None:
    members = _document(tmp_path, b' { "b": [1, {"c": 2}], "a": null } ').members()
    assert {name: bytes(raw) for name, raw in members.items()} == {
        "b": b'[1, {"c": 2}]',
        "a": b"null",
    }
    assert list(members) == ["b", "a"]
    assert [bytes(raw) for raw in _document(tmp_path, b"[3,1]").elements()] == [b"3", b"1"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"[1]", "expected `object`, got `array`"),
        (b'"text"', "expected `object`, got `str`"),
        (b'{"a": [1, 2', "is not JSON: the file is cut off in the middle"),
        (b'{"a": "\\ud800"}', "lone surrogate"),
        (b'{"a": "\\ud800\\u0041"}', "surrogate"),
        (b'{"a": NaN, "b": 1}', "is not JSON: invalid character (byte 6), at 'NaN, \"b\": 1}'"),
        (b'{"a": 1} {"a": 2}', "is not JSON: trailing characters"),
        (b"<html>", "is not JSON: invalid character (byte 0), at '<html>'"),
        (b'{"\xff": 1}', "invalid UTF-8 (0xff) in '\ufffd', at byte 2 of the file; save it as"),
        (b'{"a": 1, "caf\xe9": 1}', "invalid UTF-8 (0xe9) in 'caf\ufffd', at byte 13 of the"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
    ids=lambda value: repr(value[:12]),
)
def test_a_wrong_file_is_explained(tmp_path: Path, content: bytes, problem: str) -> None:
    assert problem in _error(tmp_path, content)


@pytest.mark.parametrize("before", [0, 1, 2**20 - 3, 2**20 - 2, 2**21])
def test_what_is_no_utf8_is_found_wherever_it_is(before: int) -> None:
    content = b"a" * before + "é€".encode()
    assert invalid_utf8(memoryview(content)) == -1
    for wrong in (b"\xe9 caf", b"\xe2\x82", b"\xff", b"\xed\xa0\x80"):
        assert invalid_utf8(memoryview(content + wrong)) == len(content)


def test_a_record_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    document = _document(tmp_path, b'[{"id": 7, "name": "caf\xe9"}]')
    with pytest.raises(RecordError, match=r"images\[0\] \(id 7\): invalid UTF-8 \(0xe9\) in 'caf"):
        document.record_text(document.elements()[0], "images[0]")


def test_a_folder_and_a_missing_file_are_explained(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=f"{tmp_path}: Is a directory; check the file"):
        JsonDocument(tmp_path)
    with pytest.raises(RecordError, match="No such file or directory; check the file"):
        JsonDocument(tmp_path / "none.json")


def test_an_array_is_asked_for_by_name(tmp_path: Path) -> None:
    document = _document(tmp_path, b'{"a": {"b": 1}}')
    members = document.members()
    with pytest.raises(RecordError, match="has no member `b`; is it another kind of file"):
        document.array(members, "b")
    with pytest.raises(RecordError, match="`a`: expected `array`, got `object`"):
        document.array(members, "a")


@pytest.mark.parametrize(
    ("record", "named"),
    [
        (b'{"id": 7, "image_id": 5}', "7"),
        (b'{"object_id": 8, "image_id": 5}', "8"),
        (b'{"image_id":\n 9}', "9"),
        (b'{"id": [\n1]}', "[ 1]"),
        (b'{"id": ' + b"1" * 5_000 + b"}", "1" * 30),
        (b'{"a": 1}', "none"),
        (b"[]", "unknown"),
    ],
    ids=["id", "object_id", "image_id", "two lines", "long", "none", "no object"],
)
def test_a_wrong_record_is_named_by_its_id(tmp_path: Path, record: bytes, named: str) -> None:
    with pytest.raises(RecordError) as caught:
        _document(tmp_path, b"[]").decode(msgspec.json.Decoder(str), Raw(record), "[3]")
    assert str(caught.value).startswith(f"{tmp_path / 'file.json'}: [3] (id {named}): expected")
    assert "\n" not in str(caught.value)


def test_other_fields_are_checked_and_given_back() -> None:
    known = frozenset(["id"])
    assert other_fields(Raw(b'{"id": 1}'), known) is None
    raw = Raw('{"id": 1, "é": [1, 2.0], "id": 2}'.encode())
    assert other_fields(raw, known) == '{"é":[1,2.0]}'


@pytest.mark.parametrize("wrong", [b"1e400", b'"\xff"', b'{"\xff": 1}', b"1" * 5_000])
def test_what_cannot_be_given_back_is_refused(tmp_path: Path, wrong: bytes) -> None:
    with pytest.raises(WRONG):
        other_fields(Raw(b'{"id": 1, "a": ' + wrong + b"}"), frozenset(["id"]))
    with pytest.raises(RecordError, match=r"info .*; fix or remove the record"):
        _document(tmp_path, b"{}").text(Raw(b'{"a": ' + wrong + b"}"), "info")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'{"a": [1], "b": 2, "a": []}', "a"),
        (b'{"a": [1], "\\u0061": [2]}', "a"),
        (b'{"b": {"a": 1, "a": 2}, "c": null, "c": null}', "c"),
        (b'{"' + b"n" * 5_000 + b'": 1, "' + b"n" * 5_000 + b'": 1}', f"{'n' * 180}…{'n' * 19}"),
    ],
    ids=["lists", "escaped", "null", "long"],
)
def test_a_member_that_stands_twice_is_refused_by_name(
    tmp_path: Path, content: bytes, name: str
) -> None:
    for read in (JsonDocument.members, JsonDocument.parts):
        with pytest.raises(RecordError, match="`: stands twice; remove one of them") as caught:
            read(_document(tmp_path, content))
        assert caught.value.record == f"`{name}`"


def test_a_member_that_stands_twice_within_another_is_not_the_files(tmp_path: Path) -> None:
    content = b'{"a": {"x": 1, "x": 2}, "b": [{"x": 1, "x": 2}]}'
    assert list(_document(tmp_path, content).members()) == ["a", "b"]
    assert list(_document(tmp_path, content).parts()) == ["a", "b"]


def test_a_long_name_of_a_record_is_cut(tmp_path: Path) -> None:
    with pytest.raises(RecordError) as caught:
        _document(tmp_path, b"{}").decode(msgspec.json.Decoder(str), Raw(b"1"), "n" * 5_000)
    assert caught.value.record == f"{'n' * 180}…{'n' * 19} (id unknown)"


@pytest.mark.parametrize(
    ("content", "is_array"), [(b"[]", True), (b"\xef\xbb\xbf \n[1]", True), (b'{"a": []}', False)]
)
def test_an_array_is_known_by_its_bracket(tmp_path: Path, content: bytes, is_array: bool) -> None:
    assert _document(tmp_path, content).is_array == is_array
