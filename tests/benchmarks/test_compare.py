"""Outputs are compared as JSON values, lists in their order."""

import json
from pathlib import Path

import pytest
from msgspec import Raw

from benchmarks.compare import FILES, DifferenceError, difference, require_equal

_MANY = list(range(20_000))  # more than is decoded whole


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1.50, "b": [1, 2]}', '{"b":[1,2],"a":1.5}'),
        (json.dumps({"a": _MANY, "b": {}}), f" {json.dumps({'b': {}, 'a': _MANY}, indent=0)}\n"),
        (json.dumps([_MANY, "é"]), json.dumps([_MANY, "é"], ensure_ascii=False)),
    ],
)
def test_equal_values_do_not_differ(one: str, other: str) -> None:
    assert difference(Raw(one.encode()), Raw(other.encode())) is None


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ([1, 2], [2, 1], "[0]: 1 and 2"),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}, ".a.b[1].c: 2 and 3"),
        ({"a": None}, {"b": None}, ".a: is in one alone"),
        ([*_MANY, None], _MANY, f"[{len(_MANY)}]: is in one alone"),
        ([_MANY], {"a": _MANY}, ": [[0,1,"),
        (None, 0, ": null and 0"),
    ],
)
def test_the_first_difference_is_named(one: object, other: object, said: str) -> None:
    texts = [Raw(json.dumps(value, separators=(",", ":")).encode()) for value in (one, other)]
    assert (difference(*texts) or "").startswith(said)


def test_the_file_that_differs_is_named(tmp_path: Path) -> None:
    root, folder = tmp_path / "tree", tmp_path / "peer"
    folder.mkdir()
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text('{"a": [1]}')
        (folder / Path(name).name).write_text('{"a":[1]}')
    require_equal(root, folder)
    (folder / Path(FILES[-1]).name).write_text('{"a":[2]}')
    with pytest.raises(DifferenceError, match=r"imagenet_lvis_image_info.json differ: \.a\[0\]: 1"):
        require_equal(root, folder)
