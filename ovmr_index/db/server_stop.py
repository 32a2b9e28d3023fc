"""What ends a query on a server from another thread."""

import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from ovmr_index.db.query_stop import QueryStop

if TYPE_CHECKING:
    import psycopg

    from ovmr_index.db.rows import Row

_CANCEL_SECONDS = 5.0


@contextmanager
def stopped_by(
    stop: QueryStop | None, opened: "psycopg.Connection[Row]"
) -> Iterator[Callable[[], bool]]:
    """Have the server end what it runs once `stop` says so; yield what tells whether it did."""
    if stop is None:
        yield lambda: False
        return
    found: list[bool] = []
    read, write = os.pipe()
    thread = Thread(target=_wait, args=(stop, read, opened, found), daemon=True)
    thread.start()
    try:
        yield lambda: bool(found)
    finally:
        os.close(write)
        thread.join()
        os.close(read)


def _wait(
    stop: QueryStop, ended: int, opened: "psycopg.Connection[Row]", found: list[bool]
) -> None:
    ready, _, _ = select.select([stop.fileno(), ended], [], [])
    if stop.fileno() in ready:
        found.append(True)
        opened.cancel_safe(timeout=_CANCEL_SECONDS)
