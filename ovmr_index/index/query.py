"""A query in SQL: its rows within a `with` block, as a frame, as a table in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING

from ovmr_index.db.query_result import QueryResult
from ovmr_index.errors import OvmrIndexError, shortened

if TYPE_CHECKING:
    import pandas

    from ovmr_index.db.bulk import Row


class Answer(QueryResult):
    """The answer to a query: `columns`, and `rows` one by one, once, within the `with` block."""

    def __repr__(self) -> str:
        """Name the columns; no row is taken."""
        return f"<Answer: columns {', '.join(self.columns)}>"

    def to_pandas(self) -> pandas.DataFrame:
        """Return the rows that are left as a frame, with types as `integrations.pandas.frame`.

        Raises:
            UsageError: Two columns have one name, or a column has values of different types.
            OvmrIndexError: pandas is missing, or the query takes too long or too much.
        """
        from ovmr_index.integrations.pandas import answer_frame

        return answer_frame(self)


class Query(AbstractContextManager[Answer]):
    """A query of `index.sql`, which runs when its answer is used, and again each time.

    >>> with index.sql(text) as answer:
    ...     print(answer.columns)
    >>> for row in index.sql(text):
    ...     print(row)
    >>> frame = index.sql(text).to_pandas()

    A notebook shows its first rows.
    """

    def __init__(self, text: str, run: Callable[[], AbstractContextManager[QueryResult]]) -> None:
        """Take the text, and what runs it."""
        self._text, self._run = text, run
        self._open: list[ExitStack] = []

    def __enter__(self) -> Answer:
        """Run the query until the block ends; raises as `index.sql`."""
        with ExitStack() as stack:
            result = stack.enter_context(self._run())
            self._open.append(stack.pop_all())
        return Answer(result.columns, result.rows, result.pools)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the query."""
        self._open.pop().__exit__(kind, error, trace)

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows; raises as `index.sql`."""
        with self as answer:
            yield from answer.rows

    def to_pandas(self) -> pandas.DataFrame:
        """Return the rows as a frame; raises as `Answer.to_pandas` and `index.sql`."""
        with self as answer:
            return answer.to_pandas()

    def __repr__(self) -> str:
        """Show the text of the query, which is not run."""
        return f"<Query: {shortened(' '.join(str(self._text).split()))}>"

    def _repr_html_(self) -> str:
        """Show the first rows in a notebook, or in a line what is wrong with the query."""
        from ovmr_index.shown import markup

        try:
            with self as answer:
                rows = list(islice(answer.rows, markup.MOST_ROWS + 1))
        except OvmrIndexError as error:
            return markup.note(str(error))
        cut = markup.note("and more rows") if len(rows) > markup.MOST_ROWS else ""
        return markup.table(answer.columns, rows[: markup.MOST_ROWS]) + cut
