"""Rows of a query as cells of a page's table: short texts, and links where ids tell of what."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from ovmr_index.db.query_text import plain_value, shown_value
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.web.addresses import exemplar_path

SHOWN_CHARACTERS = 1_000  # of a cell

Row = Sequence[Any]


class Cell(NamedTuple):
    """A value as the table shows it.

    `kind` is `number`, `null`, `bytes` or `text`; `address` is that of the page that it leads to,
    empty for none. `length` is that of the whole text where the cell shows a part of it, else 0.
    """

    text: str
    kind: str
    address: str = ""
    length: int = 0


class TableColumn(NamedTuple):
    """A column of the table; `is_number` where all its values are, and there are some."""

    name: str
    is_number: bool


def table_columns(names: Sequence[str], rows: Sequence[Row]) -> list[TableColumn]:
    """Return the columns of a table by their names and the rows that it shows."""
    values = [[row[place] for row in rows if row[place] is not None] for place in range(len(names))]
    return [
        TableColumn(name, bool(of_name) and all(isinstance(one, int | float) for one in of_name))
        for name, of_name in zip(names, values, strict=True)
    ]


class CellMaker:
    """Makes the cells of rows, whose columns have these names."""

    def __init__(self, columns: Sequence[str]) -> None:
        """Find the columns that tell of a category, an exemplar or a sample."""
        self._place = {name: place for place, name in enumerate(columns)}
        self._linked = {
            place: address
            for name, address in _ADDRESSES.items()
            if (place := self._place.get(name)) is not None
        }

    def rows(self, rows: Iterable[Row]) -> list[list[Cell]]:
        """Return the cells of rows."""
        return [self._cells(row) for row in rows]

    def _cells(self, row: Row) -> list[Cell]:
        cells = [cell(value) for value in row]
        for place, address in self._linked.items():
            cells[place] = cells[place]._replace(address=address(_Values(self._place, row)))
        return cells


class _Values:
    """The values of a row by the names of its columns."""

    def __init__(self, place: dict[str, int], row: Row) -> None:
        self._place, self._row = place, row

    def get(self, name: str) -> Any:
        """Return a value; None where there is no such column."""
        place = self._place.get(name)
        return None if place is None else self._row[place]

    def has(self, name: str) -> bool:
        """Return whether there is such a column."""
        return name in self._place


def cell(value: Any) -> Cell:
    """Return the cell of a value."""
    if value is None:
        return Cell("NULL", "null")
    if isinstance(value, int | float):
        return Cell(str(shown_value(value)), "number")
    if isinstance(value, bytes):
        head = plain_value(value[: SHOWN_CHARACTERS // 2])
        return Cell(head, "bytes", length=len(value) if len(value) > SHOWN_CHARACTERS // 2 else 0)
    cut = len(value) > SHOWN_CHARACTERS
    return Cell(value[:SHOWN_CHARACTERS], "text", length=len(value) if cut else 0)


def _category(values: _Values) -> str:
    category_id = values.get("category_id")
    if not isinstance(category_id, int):
        return ""
    return f"/categories/{category_id}{_query(vocabulary=_vocabulary(values))}"


def _box(values: _Values) -> str:
    return _exemplar(values) if isinstance(values.get("region_id"), int) else ""


def _whole_image(values: _Values) -> str:
    is_whole = values.has("region_id") and values.get("region_id") is None
    return _exemplar(values) if is_whole else ""


def _exemplar(values: _Values) -> str:
    category_id, source = values.get("category_id"), values.get("source")
    file_name = values.get("file_name")
    if not (
        isinstance(category_id, int) and isinstance(source, str) and isinstance(file_name, str)
    ):
        return ""
    path = exemplar_path(category_id, source, values.get("region_id"))
    return f"{path}{_query(file=file_name, vocabulary=_vocabulary(values))}"


def _sample(values: _Values) -> str:
    name = values.get("sample")
    return f"/samples/{quote(name, safe='')}" if isinstance(name, str) else ""


def _vocabulary(values: _Values) -> str:
    """Return the name of a row's vocabulary, empty for that of LVIS train."""
    name = values.get("vocabulary")
    return name if isinstance(name, str) and name != LVIS_TRAIN else ""


def _query(**given: str) -> str:
    query = urlencode({name: value for name, value in given.items() if value})
    return f"?{query}" if query else ""


_ADDRESSES = {
    "category_id": _category,
    "region_id": _box,
    "file_name": _whole_image,
    "sample": _sample,
}
