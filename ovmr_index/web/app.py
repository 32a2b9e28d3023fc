"""The application: the pages of an index behind one guard."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from ovmr_index.index.index import Index
from ovmr_index.web import pages
from ovmr_index.web.cache import Cache
from ovmr_index.web.environment import environment
from ovmr_index.web.options import ServeOptions
from ovmr_index.web.problems import HANDLERS
from ovmr_index.web.security import Guard

_STATIC = Path(__file__).parent / "static"


def create_app(index: Index, options: ServeOptions) -> Starlette:
    """Return the application that shows an index.

    Args:
        index: An index that is there.
        options: How it is served. The guard compares with its host, token and page token.
    """
    app = Starlette(
        routes=[*pages.routes(), Mount("/static", StaticFiles(directory=_STATIC))],
        middleware=[Middleware(Guard, options=options)],
        exception_handlers=HANDLERS,
    )
    app.state.index, app.state.options = index, options
    app.state.environment, app.state.cache = environment(), Cache()
    return app
