"""The tables of the index as columns: what no view has, and is needed to read the index again.

A number of a box may be whole or not in its source. It is a double here, and `number_types` says
what each was: `i` for a whole number, `f` for one with a fraction or an exponent, `-` for none.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table

from ovmr_index.db.portable import any_numbers, portable_columns, portable_kind
from ovmr_index.export.parquet.columns import (
    Row,
    array_of,
    arrow_type,
    plain_arrays,
)
from ovmr_index.export.parquet.row_files import Arrays
from ovmr_index.formats.parquet.manifest import NUMBER_TYPES

if TYPE_CHECKING:
    import pyarrow as pa

_LETTERS = {int: "i", float: "f", type(None): "-"}


def table_schema(table: Table[Any]) -> "pa.Schema":
    """Return the columns of a table's files."""
    import pyarrow as pa

    columns = portable_columns(table)
    fields = [pa.field(one.name, arrow_type(portable_kind(one))) for one in columns]
    if any_numbers(table):
        fields.append(pa.field(NUMBER_TYPES, pa.string()))
    return pa.schema(fields)


def table_arrays(table: Table[Any]) -> Arrays:
    """Return what makes the arrays of a table's rows."""
    schema = table_schema(table)
    if not any_numbers(table):
        return plain_arrays(table.name, schema)
    places = [schema.get_field_index(name) for name in any_numbers(table)]
    plain = plain_arrays(table.name, schema.remove(len(schema) - 1))

    def arrays(rows: Sequence[Row]) -> list["pa.Array"]:
        types = [_types([row[place] for place in places]) for row in rows]
        last = schema.field(NUMBER_TYPES)
        return [*plain(rows), array_of(types, last.type, f"{table.name}.{last.name}")]

    return arrays


def _types(numbers: Sequence[Any]) -> str:
    return "".join([_LETTERS.get(type(one), "f") for one in numbers])
