"""The application: the pages of an index behind one guard."""

from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from ovmr_index.db.engine import wait_at_most
from ovmr_index.images.thumbnail_maker import ThumbnailMaker
from ovmr_index.index.index import Index
from ovmr_index.web import pages
from ovmr_index.web.cache import Cache
from ovmr_index.web.environment import environment
from ovmr_index.web.jobs import Jobs
from ovmr_index.web.known_crops import KnownCrops
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
    wait_at_most(index.engine, _LOCK_MILLISECONDS)  # from the first read on
    app = _Guarded(
        options,
        routes=[*pages.routes(), Mount("/static", StaticFiles(directory=_STATIC))],
        exception_handlers=HANDLERS,
    )
    app.state.index = index
    app.state.environment, app.state.cache, app.state.jobs = environment(), Cache(), Jobs(index)
    app.state.thumbnails, app.state.crops = ThumbnailMaker(), KnownCrops()
    return app


class _Guarded(Starlette):
    """An application whose guard stands before all else: it binds the page of an error, too."""

    def __init__(self, options: ServeOptions, **parts: Any) -> None:
        super().__init__(**parts)
        self.state.options = options

    def build_middleware_stack(self) -> ASGIApp:
        """Return what answers a request."""
        return Guard(super().build_middleware_stack(), self.state.options)
