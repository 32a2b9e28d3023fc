"""The exemplars of a sample, by category."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from ovmr_index.db.bulk import Row
from ovmr_index.errors import counted
from ovmr_index.pools.exemplars import Exemplar, to_exemplar
from ovmr_index.shown import markup


class CategoryExemplars(NamedTuple):
    """What a sample holds for one category, in the order drawn."""

    category_id: int
    synset: str
    exemplars: tuple[Exemplar, ...]

    def __repr__(self) -> str:
        """Name the category and count its exemplars."""
        held = counted(len(self.exemplars), "exemplar")
        return f"<CategoryExemplars {self.category_id} {self.synset}: {held}>"

    def _repr_html_(self) -> str:
        """Show the crops in a notebook."""
        from ovmr_index.pools.pictures import strip_html

        return markup.block(repr(self)[1:-1], strip_html(self.exemplars))


def drawn_for(categories: Iterable[CategoryExemplars]) -> int:
    """Return for how many of the categories any exemplar was drawn."""
    return sum(bool(one.exemplars) for one in categories)


def read_exemplars(
    categories: Iterable[tuple[int, str]], rows: Iterable[Row], root: Path
) -> list[CategoryExemplars]:
    """Return what a sample holds for each (category id, synset).

    `rows` are those of its exemplars, by category id and as drawn; `root` is that of the datasets.
    """
    exemplars = (to_exemplar(row, root) for row in rows)
    by_category = groupby(exemplars, attrgetter("category_id"))
    held = {category_id: tuple(group) for category_id, group in by_category}
    return [
        CategoryExemplars(category_id, synset, held.get(category_id, ()))
        for category_id, synset in categories
    ]
