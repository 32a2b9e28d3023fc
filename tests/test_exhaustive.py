"""Which variants of a test only `make exhaustive` runs."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from tests.support.exhaustive import left_out

NAMES = ("a", "b", "c")


class Variant:
    """A collected test with a mark, as far as it is asked for that."""

    def __init__(self, nodeid: str, mark: pytest.MarkDecorator | None) -> None:
        self.nodeid = nodeid
        self._mark = mark

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        """Return the mark, if it has that name."""
        return self._mark.mark if self._mark is not None and self._mark.name == name else None


def left(marks: Mapping[str, pytest.MarkDecorator | None], engine: str = "sqlite") -> list[str]:
    """Return the ids of the variants of one test that are left out, by their ids and marks."""
    items: list[Any] = [
        Variant(f"tests/test_x.py::test[{name}]", mark) for name, mark in marks.items()
    ]
    found = left_out(items, engine)
    return [cast("Variant", item).nodeid[-2] for item in items if item in found]


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (pytest.mark.exhaustive, ["a", "b", "c"]),
        (pytest.mark.exhaustive(beyond=1), ["b", "c"]),
        (pytest.mark.exhaustive(but=["b"]), ["a", "c"]),
        (pytest.mark.slow, []),
        (None, []),
    ],
)
def test_variants_beyond_those_of_every_run(
    mark: pytest.MarkDecorator | None, expected: list[str]
) -> None:
    assert left(dict.fromkeys(NAMES, mark)) == expected


def test_a_value_alone() -> None:
    assert left({"a": None, "b": pytest.mark.exhaustive, "c": None}) == ["b"]


def test_a_mark_of_one_engine() -> None:
    marks = dict.fromkeys(NAMES, pytest.mark.exhaustive(beyond=1, on="postgresql"))
    assert (left(marks), left(marks, "postgresql")) == ([], ["b", "c"])
    whole = dict.fromkeys(NAMES, pytest.mark.exhaustive(on="postgresql"))
    assert (left(whole), left(whole, "postgresql")) == ([], ["a", "b", "c"])


def test_a_variant_that_is_none_is_an_error() -> None:
    with pytest.raises(pytest.UsageError, match=r"test_x.py::test has no variant d"):
        left(dict.fromkeys(NAMES, pytest.mark.exhaustive(but=["a", "d"])))
    with pytest.raises(pytest.UsageError, match="exhaustive knows no beyound"):
        left(dict.fromkeys(NAMES, pytest.mark.exhaustive(beyound=1)))
