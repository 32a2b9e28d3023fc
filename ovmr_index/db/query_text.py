"""Rows of a query as text: CSV, and values as JSON and CSV can hold them."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ovmr_index.shown.numbers import rounded


def plain_value(value: Any) -> Any:
    """Return a value as JSON and CSV can hold it: bytes as SQL writes them, infinities as text."""
    if isinstance(value, bytes):
        return f"X'{value.hex().upper()}'"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def shown_value(value: Any) -> Any:
    """Return a value as tables for people hold it: `plain_value` of a rounded number."""
    return plain_value(rounded(value) if isinstance(value, float) else value)


def csv_lines(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], shown: Callable[[str], str] = str
) -> Iterator[str]:
    """Yield CSV line by line as the rows come, under the names of their columns.

    Lines end with a line feed alone. `shown` is what is made of each text, which is itself unless
    it is given.
    """
    import csv

    def cell(value: Any) -> Any:
        return shown(value) if isinstance(value, str) else plain_value(value)

    writer = csv.writer(_Line())
    yield writer.writerow(map(cell, columns))
    for row in rows:
        yield writer.writerow(map(cell, row))


class _Line:
    """What a writer of CSV writes a line to, and gets it back from, ended with a line feed alone.

    The writer itself must know of both signs, or it puts a lone carriage return where a reader
    takes it for the end of a row.
    """

    @staticmethod
    def write(line: str) -> str:
        """Return a line that ends with carriage return and line feed as one without the former."""
        return f"{line[:-2]}\n"
