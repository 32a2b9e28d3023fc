"""`exemplar_dict.json` of vocabularies whose categories share names and synsets."""

import json

import pytest

from tests.support.coco_files import ingest_coco
from tests.support.runs import call
from tests.support.trees import APPLE, TENCH, Json, TreeBuilder

_LIKE_A_KEY = ["cap (2)", "cap (2) (2)", "cap (4)"]


def _pairs(text: str) -> list[tuple[str, list[int]]]:
    """Return each key of an object with the ids of the boxes in its list."""
    pools: list[tuple[str, list[Json]]] = json.loads(text, object_pairs_hook=list)
    return [(key, [dict(entry)["id"] for entry in pool]) for key, pool in pools]


CATEGORIES: list[tuple[list[tuple[int, str, str | None]], list[str]]] = [
    ([(1, "cap", None), (2, "cap", None), (3, "cap", None)], ["cap (1)", "cap (2)", "cap (3)"]),
    ([(7, "cap", TENCH), (3, "cap", TENCH)], ["cap (7)", "cap (3)"]),
    ([(1, APPLE, TENCH), (2, "b", TENCH), (3, "c", APPLE)], [f"{APPLE} (1)", "b", APPLE]),
    ([(0, "cap", TENCH), (5, "cap", APPLE)], [TENCH, APPLE]),
    ([(1, "cap (2)", None), (2, "cap", None), (4, "cap", None)], _LIKE_A_KEY),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "orders",
    [(1, -1, 1, -1, 1), pytest.param((-1, 1, -1, 1, -1), marks=pytest.mark.exhaustive)],
    ids=str,
)
def test_every_category_has_a_key_of_its_own(builder: TreeBuilder, orders: tuple[int, ...]) -> None:
    for (categories, keys), order in zip(CATEGORIES, orders, strict=True):
        records: list[Json] = [{"id": key, "name": name} for key, name, _ in categories]
        for record, (_, _, synset) in zip(records, categories, strict=True):
            if synset is not None:
                record["synset"] = synset
        index = ingest_coco(builder, records[::order])
        done = call("export", "exemplars", "--vocabulary", "mine", root=index.root)
        assert done.code == 0
        pairs = _pairs((index.root / "metadata/mine/exemplar_dict.json").read_text())
        assert [key for key, _ in pairs] == keys[::order]
        assert [pool[:1] for _, pool in pairs] == [[number] for number in range(1, len(keys) + 1)]
