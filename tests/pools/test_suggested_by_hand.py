"""How many of the substitutes that were chosen by hand `suggest` finds again."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from ovmr_index.db.engine import reading
from ovmr_index.db.models import Category, Synset
from ovmr_index.pools.neighbours import SubtreeSizes, find_neighbours
from ovmr_index.pools.substitutes import published_substitutes
from tests.support.pages import text_of_pages
from tests.support.trees import TreeBuilder

CATEGORIES = Path(__file__).parent / "data" / "substituted_categories.json"  # as LVIS has them
CHOSEN = 43
WITHIN = 20
FOUND_WITHIN = {1: 7, 5: 17, 10: 23, WITHIN: 26, 50: 30}
NOT_FOUND = {
    "beach_ball.n.01",
    "bible.n.01",
    "bob.n.05",
    "bowl.n.08",
    "checkbook.n.01",
    "coil.n.05",
    "coloring_material.n.01",
    "eel.n.01",
    "gargoyle.n.02",
    "grits.n.01",
    "keycard.n.01",
    "mail_slot.n.01",
    "pad.n.03",
    "pennant.n.02",
    "plume.n.02",
    "scarecrow.n.01",
    "windsock.n.01",
}


@pytest.mark.slow
@pytest.mark.exhaustive  # `test_suggest` asks it of a few categories
def test_most_substitutes_that_were_chosen_by_hand_are_found_again(
    tmp_path: Path, empty_index: Path
) -> None:
    """As if every noun of WordNet had exemplars: the fewer have, the more are found."""
    ranks = _ranks(TreeBuilder(tmp_path / "datasets", empty_index))
    assert len(ranks) == CHOSEN
    found = {limit: sum(rank <= limit for rank in ranks.values()) for limit in FOUND_WITHIN}
    assert found == FOUND_WITHIN
    missed = {synset for synset, rank in ranks.items() if rank > WITHIN}
    assert missed == NOT_FOUND


def test_the_documentation_says_how_many() -> None:
    text = text_of_pages()
    assert (
        f"Of the {CHOSEN} categories for which MM-OVOD's authors chose substitutes by hand" in text
    )
    found = f"for {FOUND_WITHIN[WITHIN]} one of theirs is among the first {WITHIN} suggestions"
    assert found in text
    listed = ", ".join(f"`{synset}`" for synset in sorted(NOT_FOUND))
    assert f"Not among the first {WITHIN}: {listed}." in text


def _ranks(builder: TreeBuilder) -> dict[str, float]:
    """Return the rank of the first substitute chosen by hand, counted from 1, by category."""
    builder.lvis(categories=json.loads(CATEGORIES.read_bytes()), annotations=[])
    index = builder.index()
    index.ingest()
    query = select(Synset.c.name, Category.c.pk).join(Category, Category.c.synset_pk == Synset.c.pk)
    ranks = {}
    with reading(index.engine) as connection:
        rows: dict[str, int] = dict(connection.execute(query).all())
        sizes = SubtreeSizes(connection)
        for synset, chosen in published_substitutes().items():
            near = find_neighbours(connection, rows[synset], sizes).neighbours
            names = [one.synset for one in near]
            there = [names.index(name) + 1 for name in chosen if name in names]
            ranks[synset] = min(there, default=float("inf"))
    return ranks
