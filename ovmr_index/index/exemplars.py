"""The exemplars of a category, as a list that is looked at and becomes a frame."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from ovmr_index.pools.exemplars import Exemplar

if TYPE_CHECKING:
    import pandas

_COLUMNS = (
    *("category_id", "category_synset", "synset", "dataset", "split", "source", "file_name"),
    *("x", "y", "w", "h", "weight", "image_id", "region_id", "image_width", "image_height"),
)


class Exemplars(list[Exemplar]):
    """Exemplars in the order of a pool; a list like any other, whose slices are exemplars too."""

    @overload
    def __getitem__(self, place: SupportsIndex) -> Exemplar: ...

    @overload
    def __getitem__(self, place: slice) -> Exemplars: ...

    def __getitem__(self, place: SupportsIndex | slice) -> Exemplar | Exemplars:
        """Return the exemplar at a place, or those of a slice."""
        if isinstance(place, slice):
            return Exemplars(super().__getitem__(place))
        return super().__getitem__(place)

    def to_pandas(self) -> pandas.DataFrame:
        """Return a frame with a row for each exemplar and the path of its image's file.

        Raises:
            OvmrIndexError: pandas is missing.
        """
        from ovmr_index.integrations.pandas import records_frame

        return records_frame(exemplar_values(self))

    def _repr_html_(self) -> str:
        """Show the first crops in a notebook."""
        from ovmr_index.errors import counted
        from ovmr_index.pools.pictures import strip_html
        from ovmr_index.shown import markup

        return markup.block(counted(len(self), "exemplar"), strip_html(self))


def exemplar_values(exemplars: Iterable[Exemplar]) -> list[dict[str, Any]]:
    """Return what frames say of exemplars: ids and names as in the view `exemplars`, and paths."""
    return [
        {name: getattr(one, name) for name in _COLUMNS} | {"path": str(one.path)}
        for one in exemplars
    ]
