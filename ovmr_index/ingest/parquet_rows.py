"""Parquet to the rows of a table, with numbers as their source had them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table

from ovmr_index.db.portable import any_numbers, portable_columns
from ovmr_index.errors import RecordError
from ovmr_index.formats.parquet.manifest import NUMBER_TYPES, REMEDY
from ovmr_index.storage.parquet_files import UnsoundParquetError, open_parquet, unsound_named

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 16_384
_WHOLE = "i"

Values = list[Sequence[Any]]


def read_columns(path: Path, table: Table[Any]) -> Iterator[Values]:
    """Yield the values of a table's columns, some rows at a time, from a file of the table.

    Raises RecordError where the file is damaged.
    """
    columns = portable_columns(table)
    numbers = any_numbers(table)
    names = [one.name for one in columns] + [NUMBER_TYPES] * bool(numbers)
    try:
        with unsound_named(), open_parquet(path) as file:
            for batch in file.iter_batches(_BATCH, columns=names, use_threads=False):
                values = [_values(batch[one.name]) for one in columns]
                if numbers:
                    _restore(path, values, [names.index(one) for one in numbers], batch)
                _require_finite(path, batch)
                yield values
    except UnsoundParquetError as error:
        raise RecordError(path, "", f"is damaged ({error})", REMEDY) from None


def _values(array: "pa.Array") -> Sequence[Any]:
    """Return the values of a column as Python's; much is quicker by way of an array of NumPy's."""
    from pyarrow import types

    is_number = types.is_int64(array.type) or types.is_float64(array.type)
    if is_number and array.null_count == 0:
        return list(array.to_numpy(zero_copy_only=False).tolist())
    return list(array.to_pylist())


def _restore(path: Path, values: Values, places: Sequence[int], batch: "pa.RecordBatch") -> None:
    """Make the numbers of a row whole again that were whole."""
    types, names = batch[NUMBER_TYPES].to_pylist(), batch.schema.names
    if not {type(one) for one in types} <= {str} or {*map(len, types)} - {len(places)}:
        problem = f"has no letter for each of {len(places)} numbers"
        raise RecordError(path, f"column {NUMBER_TYPES}", problem, REMEDY)
    for letter, place in enumerate(places):
        try:
            values[place] = [
                int(number) if kind[letter] == _WHOLE and number is not None else number
                for number, kind in zip(values[place], types, strict=True)
            ]
        except (OverflowError, ValueError) as error:  # of what is infinite, or no number
            raise RecordError(path, f"column {names[place]}", str(error), REMEDY) from None


def _require_finite(path: Path, batch: "pa.RecordBatch") -> None:
    """Raise RecordError for infinity and NaN: SQLite makes a null of that, PostgreSQL keeps it."""
    import numpy as np
    from pyarrow import types

    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        if types.is_float64(array.type) and not np.isfinite(array.drop_null()).all():
            problem = "has a number that is not finite"
            raise RecordError(path, f"column {name}", problem, REMEDY)
