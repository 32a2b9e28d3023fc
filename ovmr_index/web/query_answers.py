"""Answers to queries that end when whoever asked has gone, or no longer waits."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, closing
from http import HTTPStatus

import anyio
from anyio.to_thread import run_sync
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from ovmr_index.db.location import Location
from ovmr_index.db.query_stop import QueryStop
from ovmr_index.db.query_text import csv_lines
from ovmr_index.db.readonly import run_query
from ovmr_index.errors import OvmrIndexError

_PIECE = 64 * 1024  # characters of CSV that are sent at once


@asynccontextmanager
async def stopped_when_gone(receive: Receive) -> AsyncIterator[QueryStop]:
    """Give what ends a query, and let it do so when the other side closes the connection."""
    with QueryStop() as stop:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_stop_when_gone, receive, stop)
            yield stop
            tasks.cancel_scope.cancel()


async def _stop_when_gone(receive: Receive, stop: QueryStop) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stop.stop()


class CsvAnswer(Response):
    """All rows of a query as a file of CSV, sent as they come and never held together.

    A query that is wrong gives one line of plain text and status 400. One that fails later leaves
    the file without its end, which a browser reports as a download that failed.
    """

    def __init__(self, location: Location, query: str) -> None:
        """Answer a query to the index at a location."""
        super().__init__(media_type="text/csv")
        self.headers["content-disposition"] = 'attachment; filename="query.csv"'
        del self.headers["content-length"]
        self._location, self._query = location, query

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        async with stopped_when_gone(receive) as stop:
            pieces = _pieces(self._location, self._query, stop)
            with closing(pieces):
                try:
                    piece = await run_sync(next, pieces, None)
                except OvmrIndexError as error:
                    answer = PlainTextResponse(f"{error}\n", HTTPStatus.BAD_REQUEST)
                    await answer(scope, receive, send)
                    return
                await self._send(pieces, piece, send)

    async def _send(self, pieces: Iterator[bytes], piece: bytes | None, send: Send) -> None:
        """Send the pieces that come after the first, and the end where no error keeps it back."""
        headers = self.raw_headers
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        try:
            while piece is not None:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await run_sync(next, pieces, None)
        except OvmrIndexError:
            return
        await send({"type": "http.response.body", "body": b""})


def _pieces(location: Location, query: str, stop: QueryStop) -> Generator[bytes]:
    """Yield the CSV of a query, many lines at once."""
    held: list[str] = []
    size = 0
    with run_query(location, query, {}, stop=stop) as result:
        for line in csv_lines(result.columns, result.rows):
            held.append(line)
            size += len(line)
            if size > _PIECE:
                yield "".join(held).encode()
                held, size = [], 0
    yield "".join(held).encode()
