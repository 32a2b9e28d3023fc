"""The columns of Parquet files: their types, and the arrays that rows of a query become."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ovmr_index.db.portable import Kind
from ovmr_index.errors import DamagedError, command

if TYPE_CHECKING:
    import pyarrow as pa

Row = tuple[Any, ...]

_WHOLE = {
    "category_id",
    "coco_id",
    "distance",
    "exemplars",
    "height",
    "image_height",
    "image_id",
    "image_width",
    "is_crowd",
    "missing",
    "position",
    "rank",
    "region_id",
    "width",
}
_DOUBLES = {"area", "h", "w", "weight", "x", "y"}


def without_spaces(text: str) -> str:
    """Return JSON as SQLite's functions give it, which leave out spaces that PostgreSQL's keep.

    What is no JSON stays as it is.
    """
    try:
        return msgspec.json.format(text, indent=-1)
    except (msgspec.MsgspecError, RecursionError):
        return text


def kind_of_view_column(name: str) -> Kind:
    """Return the type of a column of a view: one name has one type in all views."""
    if name in _WHOLE:
        return "int64"
    return "double" if name in _DOUBLES else "string"


def arrow_type(kind: Kind) -> "pa.DataType":
    """Return a type of a column as Arrow's."""
    import pyarrow as pa

    return {"int64": pa.int64(), "double": pa.float64(), "string": pa.string()}[kind]


def array_of(values: Sequence[Any], kind: "pa.DataType", column: str) -> "pa.Array":
    """Return values as an array.

    Raises DamagedError for what no column of this type can hold; `column` is for the message.
    """
    import pyarrow as pa

    try:
        return pa.array(values, kind)
    except (pa.ArrowException, OverflowError) as error:
        problem = f"the index is damaged: {column} holds what it should not ({error})"
        raise DamagedError(f"{problem}; run {command('db check')}") from None


def plain_arrays(name: str, schema: "pa.Schema") -> Callable[[Sequence[Row]], list["pa.Array"]]:
    """Return what makes the arrays of rows whose values stand in the order of a schema."""

    def arrays(rows: Sequence[Row]) -> list["pa.Array"]:
        columns = zip(*rows, strict=True)
        return [
            array_of(values, field.type, f"{name}.{field.name}")
            for values, field in zip(columns, schema, strict=True)
        ]

    return arrays
