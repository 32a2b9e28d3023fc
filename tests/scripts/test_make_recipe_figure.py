"""The figure of docs/recipe.md is that of the demo's index."""

from pathlib import Path

import pytest

from ovmr_index import Index
from scripts import make_recipe_figure

FIGURE = Path(__file__).parents[2] / "docs" / "images" / "recipe.svg"


@pytest.mark.slow
def test_the_figure_is_what_the_script_makes_and_its_rows_add_up_to_the_pool(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Index.open(shared) as index:
        rows = make_recipe_figure.find_rows(index)
        pool = index.exemplars(make_recipe_figure.CATEGORY)
        # They are asked for once: each is a query of its own.
        monkeypatch.setattr(make_recipe_figure, "find_rows", lambda _: rows)
        assert make_recipe_figure.make_figure(index) == FIGURE.read_text(encoding="utf-8")
    assert len(pool) == sum(row.taken for row in rows)
    for row in rows:
        assert row.taken <= row.candidates
        places = [
            place
            for place, one in enumerate(pool)
            if (one.dataset, one.synset) == (row.step.dataset, row.synset)
        ]
        assert places == list(range(row.first, row.first + row.taken))
