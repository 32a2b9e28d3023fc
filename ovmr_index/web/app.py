"""The application: the pages of an index behind one guard."""

import sqlite3
from pathlib import Path

from sqlalchemy import event
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from ovmr_index.index.index import Index
from ovmr_index.web import pages
from ovmr_index.web.cache import Cache
from ovmr_index.web.environment import environment
from ovmr_index.web.jobs import Jobs
from ovmr_index.web.options import ServeOptions
from ovmr_index.web.problems import HANDLERS
from ovmr_index.web.security import Guard

_LOCK_MILLISECONDS = 2_000  # a person waits that long for a page, and then reads why
_STATIC = Path(__file__).parent / "static"


def create_app(index: Index, options: ServeOptions) -> Starlette:
    """Return the application that shows an index.

    Args:
        index: An index that is there.
        options: How it is served. The guard compares with its host, token and page token.
    """
    event.listen(index.engine, "connect", _wait_shortly)
    app = Starlette(
        routes=[*pages.routes(), Mount("/static", StaticFiles(directory=_STATIC))],
        middleware=[Middleware(Guard, options=options)],
        exception_handlers=HANDLERS,
    )
    app.state.index, app.state.options = index, options
    app.state.environment, app.state.cache, app.state.jobs = environment(), Cache(), Jobs()
    return app


def _wait_shortly(connection: sqlite3.Connection, _: object) -> None:
    """Wait less than a command does for another process that writes."""
    connection.execute(f"PRAGMA busy_timeout = {_LOCK_MILLISECONDS}")
