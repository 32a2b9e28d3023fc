"""A category of a vocabulary: what it is, and the exemplars of its pool."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ovmr_index.errors import counted

if TYPE_CHECKING:
    from ovmr_index.index.by_category import ByCategory
    from ovmr_index.index.exemplars import Exemplars
    from ovmr_index.pools.exemplars import Exemplar
    from ovmr_index.pools.overview import CategoryOverview

_SHOWN = 12  # exemplars in a notebook


class Category:
    """A category: `index["goldfish"]`. Its exemplars are read when they are asked for.

    `len(category)` is how many there are, `for exemplar in category` yields them.
    """

    def __init__(self, index: ByCategory, overview: CategoryOverview, vocabulary: str) -> None:
        """Take what is known of a category of a vocabulary of the index."""
        self._index, self._overview, self._vocabulary = index, overview, vocabulary

    @property
    def category_id(self) -> int:
        """Its id."""
        return self._overview.category_id

    @property
    def name(self) -> str:
        """Its name."""
        return self._overview.name

    @property
    def synset(self) -> str:
        """Its synset; its name where it has none."""
        return self._overview.synset

    @property
    def frequency(self) -> str | None:
        """LVIS's `r`, `c` or `f`; None elsewhere."""
        return self._overview.frequency

    @property
    def definition(self) -> str:
        """What it is, as its file says."""
        return self._overview.definition

    @property
    def synonyms(self) -> tuple[str, ...]:
        """Other names, of its file or of WordNet."""
        return self._overview.synonyms

    @property
    def by_dataset(self) -> dict[str, int]:
        """How many exemplars its pool holds of each dataset."""
        return self._overview.coverage.by_dataset

    @cached_property
    def exemplars(self) -> Exemplars:
        """Its exemplars, in the order of the recipe."""
        from ovmr_index.index.exemplars import Exemplars

        found = self._index.pools.exemplars(self.category_id, vocabulary=self._vocabulary)
        return Exemplars(found)

    def as_json(self) -> dict[str, Any]:
        """Return what is known of it, with its counts by dataset and in all."""
        names = ("category_id", "name", "synset", "frequency", "definition")
        known = {name: getattr(self, name) for name in names}
        return {**known, **self.by_dataset, "total": len(self)}

    def __len__(self) -> int:
        """Return the number of its exemplars."""
        return self._overview.coverage.total

    def __bool__(self) -> bool:
        """Return True: a category without exemplars is one."""
        return True

    def __iter__(self) -> Iterator[Exemplar]:
        """Yield its exemplars."""
        return iter(self.exemplars)

    def __repr__(self) -> str:
        """Name it and count its exemplars."""
        return f"<Category {self.category_id} {self.name} ({self.synset}): {self._counted}>"

    def _repr_html_(self) -> str:
        """Show what it is and its first crops in a notebook."""
        from ovmr_index.pools.pictures import strip_html
        from ovmr_index.shown import markup

        title = f"{self.name} ({self.synset}), category {self.category_id}"
        held = ", ".join(f"{count:,} {name}" for name, count in self.by_dataset.items() if count)
        counts = f"{self._counted}: {held}" if held else self._counted
        said = filter(None, (self.definition, counts))
        return markup.block(title, *map(markup.note, said), strip_html(self.exemplars, _SHOWN))

    @property
    def _counted(self) -> str:
        return counted(len(self), "exemplar")
