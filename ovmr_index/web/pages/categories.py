"""The categories page: all categories of a vocabulary with their exemplars, and what is here."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ovmr_index.web.context import page_context


def categories(request: Request) -> Response:
    """Show every category of a vocabulary."""
    page = page_context(request)
    rows = page.cached(
        ("categories", page.vocabulary), lambda: page.index.coverage(vocabulary=page.vocabulary)
    )
    return page.render("categories.html", rows=rows)


ROUTES = [Route("/", categories)]
