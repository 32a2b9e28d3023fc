"""How an error answers a name that is unknown."""

from pathlib import Path

import pytest

from ovmr_index.errors import RecordError, UsageError, alternatives, nearest, shortened, unknown

CATEGORIES = ["penny_(coin)", "pencil", "peony", "cat", "catfish", "hot-air_balloon", "Teddy bear"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("penny", ["penny_(coin)"]),
        ("coin", ["penny_(coin)"]),
        ("pennny", ["penny_(coin)", "peony"]),
        ("pensil", ["pencil"]),
        ("CAT", ["cat", "catfish"]),
        ("hot air balloon", ["hot-air_balloon"]),
        ("teddy_bear", ["Teddy bear"]),
        ("zebra", []),
        ("p", []),
        ("", []),
    ],
)
def test_nearest_are_those_that_contain_a_name_or_differ_little(name: str, near: list[str]) -> None:
    assert nearest(name, CATEGORIES) == near


def test_three_are_suggested_the_shortest_that_begin_with_it_first() -> None:
    known = ["a cup", "cup of tea", "cupboard", "cup", "teacup"]
    assert nearest("cup", known) == ["cup", "cup of tea", "cupboard"]


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (CATEGORIES, "there is no category 'penny'; did you mean 'penny_(coin)'?"),
        (["cat", "dog"], "there is no category 'penny'; give 'cat' or 'dog'"),
        (map("c{}".format, range(11)), "there is no category 'penny'; see the list"),
        ([], "there is no category 'penny'; see the list"),
    ],
)
def test_an_unknown_name_says_what_to_give(known: list[str], message: str) -> None:
    error = unknown("category", "penny", known, see="see the list")
    assert (type(error), str(error)) == (UsageError, message)


def test_where_nothing_is_known_it_says_so() -> None:
    error = unknown("partition", "mine", [], within="coco")
    assert str(error) == "there is no partition 'mine' in coco; there is none yet"


@pytest.mark.parametrize(
    ("names", "text"),
    [(["a"], "'a'"), (["a", "b"], "'a' or 'b'"), (["a", "b", "c"], "'a', 'b' or 'c'")],
)
def test_alternatives(names: list[str], text: str) -> None:
    assert alternatives(names) == text


def test_long_values_are_cut() -> None:
    long = "a" * 100_000 + "end"
    assert shortened("a" * 200) == "a" * 200
    assert len(shortened(long)) == 200
    assert shortened(long).endswith("aend")
    error = RecordError(Path("file"), long, long, "fix it")
    assert (len(str(error)) < 700, error.record) == (True, long)
    for known in ([long, f"{long}s"], [], ["b"]):
        assert len(str(unknown("category", long, known, within="mine", see="see"))) < 800
    assert len(alternatives([long, long])) < 450
