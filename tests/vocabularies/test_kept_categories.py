"""Kept categories are found again, said to be gone, or said to be unclear; never another one."""

import pytest

from ovmr_index.vocabularies.kept_categories import KeptCategory, follow

CAT, DOG = ("cat", "cat.n.01"), ("dog", "dog.n.01")
CAP, LID = ("cap", "cap.n.04"), ("lid", "cap.n.04")
Named = tuple[str | None, str | None]

CASES: dict[
    str, tuple[dict[int, Named], dict[int, Named], dict[int, int], list[int], list[int]]
] = {
    "as it was": ({1: CAT, 2: DOG}, {1: CAT, 2: DOG}, {1: 1, 2: 2}, [], []),
    "swapped": ({1: CAT, 2: DOG}, {1: DOG, 2: CAT}, {1: 2, 2: 1}, [], []),
    "names alone": (
        {1: ("a", None), 2: ("b", None)},
        {1: ("b", None), 2: ("a", None)},
        {1: 2, 2: 1},
        [],
        [],
    ),
    "from 0": ({1: CAT, 2: DOG}, {0: CAT, 1: DOG}, {1: 0, 2: 1}, [], []),
    "another name": ({1: CAT}, {1: DOG, 2: ("kitty", "cat.n.01")}, {1: 2}, [], []),
    "synsets now": ({1: ("cat", None)}, {5: CAT}, {1: 5}, [], []),
    "another synset": ({1: CAT}, {1: ("cat", "big_cat.n.01")}, {1: 1}, [], []),
    "gone": ({1: CAT, 2: DOG}, {2: DOG}, {2: 2}, [1], []),
    "gone, its id taken": ({1: CAT, 2: DOG}, {1: DOG}, {2: 1}, [1], []),
    "gone, its synset another's": ({1: CAP, 2: LID}, {2: LID}, {2: 2}, [1], []),
    "three alike": (
        dict.fromkeys((1, 2, 3), CAP),
        dict.fromkeys((1, 2), CAP),
        {1: 1, 2: 2},
        [3],
        [],
    ),
    "another one": ({1: CAT, 2: DOG}, {1: ("horse", "horse.n.01"), 2: DOG}, {2: 2}, [], [1]),
    "two alike elsewhere": ({1: CAP}, {5: CAP, 6: CAP}, {}, [], [1]),
    "name and synset part": (
        {1: CAT},
        {2: ("cat", "x.n.01"), 3: ("y", "cat.n.01")},
        {1: 3},
        [],
        [],
    ),
    "one name, two synsets": ({1: ("cat", "x.n.01")}, {2: ("cat", "y.n.01")}, {}, [], [1]),
    "kept before names": ({1: (None, None)}, {1: DOG}, {1: 1}, [], []),
    "another case and id": (
        {1: ("mug", None), 2: ("dog", None)},
        {5: ("Mug", None), 1: ("dog", None)},
        {1: 5, 2: 1},
        [],
        [],
    ),
    "other signs between words": (
        {1: ("tea cup", None), 2: ("air-bag", None)},
        {8: ("tea_cup", None), 9: ("Air bag", None), 1: ("x", None), 2: ("y", None)},
        {1: 8, 2: 9},
        [],
        [],
    ),
    "another case, a synset now": ({1: ("Cat", None)}, {5: CAT, 1: DOG}, {1: 5}, [], []),
    "another case, two of them": ({1: CAT}, {5: ("Cat", CAT[1]), 6: ("CAT", CAT[1])}, {}, [], [1]),
    "another case, another synset": ({1: CAT}, {5: ("Cat", "lion.n.01")}, {}, [], [1]),
    "each as it is written": (
        {1: ("cap", None), 2: ("Cap", None)},
        {5: ("Cap", None), 6: ("cap", None)},
        {1: 6, 2: 5},
        [],
        [],
    ),
    "elsewhere, and a second one": (
        {1: ("cap", None)},
        {5: ("cap", None), 6: ("Cap", None)},
        {},
        [],
        [1],
    ),
    "where it was, and a second one": ({1: CAT}, {1: CAT, 6: CAT}, {1: 1}, [], []),
    "signs alone": ({1: ("-", None), 2: ("_", None)}, {5: ("_", None)}, {2: 5}, [1], []),
    "kept with a synset alone": ({1: (None, "cat.n.01")}, {1: DOG, 2: CAT}, {1: 2}, [], []),
}


@pytest.mark.parametrize(("kept", "now", "ids", "gone", "unclear"), CASES.values(), ids=CASES)
def test_each_is_found_gone_or_unclear(
    kept: dict[int, Named],
    now: dict[int, Named],
    ids: dict[int, int],
    gone: list[int],
    unclear: list[int],
) -> None:
    found = follow(
        [KeptCategory(key, *names) for key, names in kept.items()],
        [KeptCategory(key, *names) for key, names in now.items()],
    )
    assert found.ids == ids
    assert [one.category_id for one in found.gone] == gone
    assert [one.category_id for one, _ in found.unclear] == unclear
