"""The public views as columns: as they are, and the outlines of `box_details` taken apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ovmr_index.export.parquet.columns import (
    Row,
    arrow_type,
    kind_of_view_column,
    plain_arrays,
    without_spaces,
)
from ovmr_index.export.parquet.row_files import Arrays
from ovmr_index.export.parquet.segmentations import outline_arrays, outline_fields

if TYPE_CHECKING:
    import pyarrow as pa

_DETAILS, _SEGMENTATION = "box_details", "segmentation"
_CATEGORIES, _JSON = "vocabulary_categories", ("synonyms",)


def view_schema(view: str, columns: Sequence[str]) -> "pa.Schema":
    """Return the columns of a view's files, given those of the view."""
    import pyarrow as pa

    fields = list[pa.Field]()
    for name in columns:
        if view == _DETAILS and name == _SEGMENTATION:
            fields += outline_fields()
        else:
            fields.append(pa.field(name, arrow_type(kind_of_view_column(name))))
    return pa.schema(fields)


def view_arrays(view: str, columns: Sequence[str]) -> Arrays:
    """Return what makes the arrays of a view's rows."""
    if view == _DETAILS:
        return outline_arrays
    plain = plain_arrays(view, view_schema(view, columns))
    if view != _CATEGORIES:
        return plain
    are_json = [name in _JSON for name in columns]

    def arrays(rows: Sequence[Row]) -> list["pa.Array"]:
        return plain([_without_spaces(row, are_json) for row in rows])

    return arrays


def _without_spaces(row: Row, are_json: Sequence[bool]) -> Row:
    """Return a row whose JSON has no spaces: the views of two databases have others."""
    return tuple(
        without_spaces(value) if is_json and value is not None else value
        for value, is_json in zip(row, are_json, strict=True)
    )
