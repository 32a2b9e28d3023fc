"""Reports with a line at a prompt and tables in a notebook."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from ovmr_index.shown import markup


class ShownTable(NamedTuple):
    """A table of a report; `what` its rows are, as in `images`."""

    what: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


class Summary(NamedTuple):
    """What a report says: in one line, and in tables, of which those without a row are left out."""

    line: str
    tables: Sequence[ShownTable] = ()


class Summarized(Protocol):
    """What can say in a summary what it holds."""

    def summary(self) -> Summary:
        """Return what a prompt and a notebook show."""
        ...


def as_line(report: Summarized) -> str:
    """Return a report as its `repr`."""
    return f"<{type(report).__name__}: {report.summary().line}>"


def as_html(report: Summarized) -> str:
    """Return a report as a notebook shows it."""
    line, tables = report.summary()
    return markup.block(f"{type(report).__name__}: {line}", tables_html(tables))


def tables_html(tables: Sequence[ShownTable]) -> str:
    """Return those of some tables that have a row."""
    return "".join(markup.table(one.columns, one.rows, one.what) for one in tables if one.rows)


class Readable:
    """A report that is shown by its `summary`."""

    __slots__ = ()

    def summary(self) -> Summary:
        """Return what a prompt and a notebook show."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Say in a line what the report holds."""
        return as_line(self)

    def _repr_html_(self) -> str:
        """Show the report in a notebook."""
        return as_html(self)
