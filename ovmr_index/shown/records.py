"""A list of records, which a notebook shows as a table."""

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from ovmr_index.shown import markup

Record = TypeVar("Record")


class Records(list[Record]):
    """A list like any other; its columns are the fields of the records."""

    def _repr_html_(self) -> str:
        """Show the records as a table in a notebook."""
        rows = [plain_values(one) for one in self[: markup.MOST_ROWS]]
        shown = markup.table(list(rows[0]) if rows else (), [[*row.values()] for row in rows])
        return shown + markup.more(len(self) - len(rows), "rows")


def plain_values(record: Any) -> dict[str, Any]:
    """Return the values of a record by name: as `--json` prints them, or its fields.

    What is neither a number nor text is written as text.
    """
    if hasattr(record, "as_json"):
        found: dict[str, Any] = record.as_json()
    elif is_dataclass(record):
        found = {field.name: getattr(record, field.name) for field in fields(record)}
    else:
        found = record._asdict()
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, int | float | str | bytes):
        return value
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
