"""How many of the substitutes that were chosen by hand `suggest` finds again."""

import json
from pathlib import Path

from sqlalchemy import select

from ovmr_index.db.engine import reading
from ovmr_index.db.models import Category, Synset
from ovmr_index.pools.substitutes import published_substitutes
from ovmr_index.pools.suggest import neighbours_of
from tests.support.trees import TreeBuilder

README = Path(__file__).parents[2] / "README.md"
CATEGORIES = Path(__file__).parent / "data" / "substituted_categories.json"  # as LVIS has them
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


def test_most_substitutes_that_were_chosen_by_hand_are_found_again(
    builder: TreeBuilder,
) -> None:
    """As if every noun of WordNet had exemplars: the fewer have, the more are found."""
    places = _places(builder)
    found = {limit: sum(place <= limit for place in places.values()) for limit in FOUND_WITHIN}
    assert found == FOUND_WITHIN
    missed = {synset for synset, place in places.items() if place > WITHIN}
    assert missed == NOT_FOUND
    assert len(missed) < len(places) / 2
    told = " ".join(README.read_text(encoding="utf-8").split())
    assert f"for {found[WITHIN]} one of theirs is among the first {WITHIN} suggestions" in told
    listed = ", ".join(f"`{synset}`" for synset in sorted(missed))
    assert f"Not among the first {WITHIN}: {listed}." in told


def _places(builder: TreeBuilder) -> dict[str, float]:
    """Return where the first substitute chosen by hand stands, counted from 1, by category."""
    builder.lvis(categories=json.loads(CATEGORIES.read_bytes()), annotations=[])
    index = builder.index()
    index.ingest()
    query = select(Synset.name, Category.pk).join(Category, Category.synset_pk == Synset.pk)
    places = {}
    with reading(index.engine) as connection:
        rows: dict[str, int] = dict(connection.execute(query).all())
        for synset, chosen in published_substitutes().items():
            names = [one.synset for one in neighbours_of(connection, rows[synset])]
            there = [names.index(name) + 1 for name in chosen if name in names]
            places[synset] = min(there, default=float("inf"))
    return places
