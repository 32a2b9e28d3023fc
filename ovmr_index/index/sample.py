"""A sample: the exemplars of each category, as a list that is asked by category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, SupportsIndex, overload

from ovmr_index.errors import UsageError, counted
from ovmr_index.index.exemplars import Exemplars, exemplar_values
from ovmr_index.samples.draw_fields import draw_options
from ovmr_index.samples.exemplars import CategoryExemplars, drawn_for
from ovmr_index.vocabularies.unknown_category import UnknownCategoryError, unknown_category

if TYPE_CHECKING:
    import pandas

    from ovmr_index.index.index import Index
    from ovmr_index.samples.draw_fields import DrawFields
    from ovmr_index.samples.options import DrawOptions

_MOST = 8  # categories that a notebook shows
_SHOWN = 6  # exemplars of each


class DrawnSample(list[CategoryExemplars]):
    """What was drawn for each category, in the order of the vocabulary; a list like any other.

    `sample["goldfish"]` is the category of a name or a synset. A number is a place in the list;
    `sample.by_id(1)` is the category of an id.
    """

    def __init__(
        self, categories: Iterable[CategoryExemplars] = (), names: Mapping[int, str] | None = None
    ) -> None:
        """Take what was drawn, and the names of categories by id."""
        super().__init__(categories)
        self._names = dict(names or {})

    @overload
    def __getitem__(self, key: SupportsIndex | str) -> CategoryExemplars: ...

    @overload
    def __getitem__(self, key: slice) -> DrawnSample: ...

    def __getitem__(self, key: SupportsIndex | str | slice) -> CategoryExemplars | DrawnSample:
        """Return what was drawn for a category, by its place, name or synset; or some of them.

        Raises:
            UnknownCategoryError: No category has that name. It is a UsageError and a KeyError.
            UsageError: Several have it.
            IndexError: There is no such place.
        """
        if isinstance(key, str):
            return self._called(key)
        if isinstance(key, slice):
            return DrawnSample(super().__getitem__(key), self._names)
        return super().__getitem__(key)

    def by_id(self, category_id: int) -> CategoryExemplars:
        """Return what was drawn for the category of an id; raises UnknownCategoryError."""
        for one in self:
            if one.category_id == category_id:
                return one
        raise UnknownCategoryError(
            f"there is no category {category_id!r} in the sample; give an id to by_id,"
            " a name or a synset in brackets"
        )

    @property
    def exemplars(self) -> Exemplars:
        """The exemplars of all categories."""
        return Exemplars(exemplar for one in self for exemplar in one.exemplars)

    def to_pandas(self) -> pandas.DataFrame:
        """Return a frame with a row for each exemplar; `rank` counts those of a category from 0.

        Raises:
            OvmrIndexError: pandas is missing.
        """
        from ovmr_index.integrations.pandas import records_frame

        return records_frame(
            {"category": self._name(one), "rank": rank} | values
            for one in self
            for rank, values in enumerate(exemplar_values(one.exemplars))
        )

    def __repr__(self) -> str:
        """Say how many exemplars of how many categories were drawn."""
        drawn = counted(sum(len(one.exemplars) for one in self), "exemplar")
        return f"<DrawnSample: {drawn} of {counted(drawn_for(self), 'category', 'categories')}>"

    def _repr_html_(self) -> str:
        """Show the crops of the first categories in a notebook."""
        from ovmr_index.pools.pictures import strip_html
        from ovmr_index.shown import markup

        shown = (
            markup.note(self._name(one)) + strip_html(one.exemplars, _SHOWN) for one in self[:_MOST]
        )
        return markup.block(repr(self)[1:-1], *shown, markup.more(len(self) - _MOST, "categories"))

    def _ipython_key_completions_(self) -> list[str]:
        """Return the names that a prompt completes."""
        return [self._name(one) for one in self]

    def _name(self, one: CategoryExemplars) -> str:
        return self._names.get(one.category_id, one.synset)

    def _called(self, name: str) -> CategoryExemplars:
        found = [one for one in self if name in (self._name(one), one.synset)]
        if len(found) > 1:
            raise UsageError(f"{len(found)} categories are called {name!r}; use by_id")
        if not found:
            raise unknown_category(name, [self._name(one) for one in self])
        return found[0]


def draw_sample(
    index: Index, options: DrawOptions | None, given: DrawFields, name: str | None
) -> DrawnSample:
    """Draw as `Index.sample`, and name the categories of what was drawn."""
    asked = draw_options(options, given)
    drawn = index.samples.draw(asked, name=name).categories
    return DrawnSample(drawn, index.vocabularies.names(asked.vocabulary))
