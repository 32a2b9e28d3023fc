"""The pages: one noun a file, each with its handlers and `ROUTES`."""

from importlib import import_module
from pkgutil import iter_modules

from starlette.routing import BaseRoute


def routes() -> list[BaseRoute]:
    """Return the routes of every page."""
    modules = (import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__))
    return [route for module in modules for route in module.ROUTES]
