"""Keys of categories in JSON objects: unique whatever names and synsets are."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmr_index.vocabularies.unique_keys import NamedCategory, unique_keys

# Few words, so that names and synsets meet; some are what a key with an id may look like.
_WORDS = ["cap", "mug", "cap.n.01", "mug.n.04", "", "7", "cap (1)", "cap (1) (1)", "cap (2) (1)"]
_CALLED = st.tuples(st.sampled_from(_WORDS), st.sampled_from(_WORDS))
_VOCABULARIES = st.dictionaries(st.integers(0, 9), _CALLED).map(
    lambda called: [NamedCategory(key, *names) for key, names in called.items()]
)


@given(_VOCABULARIES, st.randoms(use_true_random=False))
def test_keys_are_unique_and_the_same_in_every_order(
    categories: list[NamedCategory], random: Random
) -> None:
    keys = unique_keys(categories)
    assert [*keys] == [one.category_id for one in categories]
    assert len({*keys.values()}) == len(categories)
    shuffled = list(categories)
    random.shuffle(shuffled)
    assert unique_keys(shuffled) == keys
    assert unique_keys(reversed(categories)) == keys


@given(_VOCABULARIES)
def test_a_synset_or_else_a_name_that_nobody_shares_is_the_key(
    categories: list[NamedCategory],
) -> None:
    keys = unique_keys(categories)
    synsets = [one.synset for one in categories]
    called = [*synsets, *(one.name for one in categories)]
    for one in categories:
        if synsets.count(one.synset) == 1:
            assert keys[one.category_id] == one.synset
        elif called.count(one.name) == 1:
            assert keys[one.category_id] == one.name


@pytest.mark.parametrize(
    ("called", "keys"),
    [
        ([], []),
        ([("cap", "cap")], ["cap"]),
        ([("cap", "cap")] * 3, ["cap (0)", "cap (1)", "cap (2)"]),
        ([("cap.n.01", "cap"), ("cap.n.01", "hat")], ["cap", "hat"]),
        ([("cap.n.01", "cap")] * 2, ["cap (0)", "cap (1)"]),
        ([("a.n.01", "b.n.01"), ("a.n.01", "a"), ("b.n.01", "b")], ["b.n.01 (0)", "a", "b.n.01"]),
        ([("cap", "cap"), ("cap", "cap"), ("cap (0)", "x")], ["cap (0) (0)", "cap (1)", "cap (0)"]),
        ([("", ""), ("", "")], [" (0)", " (1)"]),
    ],
)
def test_what_the_keys_are(called: list[tuple[str, str]], keys: list[str]) -> None:
    categories = [NamedCategory(key, *names) for key, names in enumerate(called)]
    assert list(unique_keys(categories).values()) == keys
