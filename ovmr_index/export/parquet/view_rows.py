"""The public views as columns: as they are, and the outlines of `box_details` taken apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ovmr_index.export.parquet.columns import arrow_type, kind_of_view_column, plain_arrays
from ovmr_index.export.parquet.row_files import Arrays
from ovmr_index.export.parquet.segmentations import outline_arrays, outline_fields

if TYPE_CHECKING:
    import pyarrow as pa

_DETAILS, _SEGMENTATION = "box_details", "segmentation"


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
    return outline_arrays if view == _DETAILS else plain_arrays(view, view_schema(view, columns))
