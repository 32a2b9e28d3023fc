"""What a page needs: the index, who asks, and how to answer."""

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

from jinja2 import Environment
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import HTMLResponse

from ovmr_index.db import database_errors
from ovmr_index.db.engine import reading
from ovmr_index.db.index_state import index_state
from ovmr_index.errors import SchemaError
from ovmr_index.index.index import Index
from ovmr_index.vocabularies.names import LVIS_TRAIN
from ovmr_index.web.cache import Cache
from ovmr_index.web.options import ServeOptions

_LONGEST_NAME = 80  # characters of an author's name

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WebContext:
    """A request with what answers it."""

    request: Request

    @property
    def index(self) -> Index:
        """The index that is served."""
        index: Index = self.request.app.state.index
        return index

    @property
    def index_name(self) -> str:
        """What the index is called in titles: its file, or its database."""
        location = self.index.location
        if isinstance(location, Path):
            return location.name
        return location.parameters.get("dbname", location.name)

    @property
    def options(self) -> ServeOptions:
        """How it is served."""
        options: ServeOptions = self.request.app.state.options
        return options

    @property
    def state(self) -> Hashable:
        """The state of the index now: what was made of another state is out of date.

        Raises SchemaError where the index has gone.
        """
        try:
            return index_state(self.index.location)
        except FileNotFoundError:
            raise SchemaError(f"{self.index.name}: the index has gone; serve it again") from None

    @property
    def vocabulary(self) -> str:
        """The vocabulary that the address names, LVIS train's where it names none."""
        return self.request.query_params.get("vocabulary", LVIS_TRAIN)

    @property
    def author(self) -> str | None:
        """The name that the person has given, None before."""
        return unquote(self.request.cookies.get("author", "")).strip()[:_LONGEST_NAME] or None

    def read(self) -> AbstractContextManager[Connection]:
        """Open a connection that sees one state of the index from its first read to its end."""
        return reading(self.index.engine)

    def cached(
        self, key: Hashable, make: Callable[[], T], *, state: Callable[[], Hashable] | None = None
    ) -> T:
        """Return the value of a key for this state of the index, made by `make` the first time.

        Where another process has locked the index it is the last value, and the page says so.

        Args:
            key: One value is kept for it: a page and its vocabulary, not what a person may type.
            make: What makes the value.
            state: What tells whether a value is out of date; the state of the whole file if None.
        """
        cache: Cache = self.request.app.state.cache
        if (locked := self._locked) is None:
            try:
                return cache.get(key, self.state if state is None else state(), make)
            except DBAPIError as error:
                if not database_errors.is_busy(error):
                    raise
                locked = self.request.state.locked = error
        last: T = cache.last(key, locked)
        return last

    @property
    def is_locked(self) -> bool:
        """Whether the page shows what the index held before another process locked it."""
        return self._locked is not None

    @property
    def _locked(self) -> DBAPIError | None:
        """The error of the first read of this request that waited for a lock in vain."""
        return getattr(self.request.state, "locked", None)

    def address(self, path: str, **query: Any) -> str:
        """Return the address of a page, with the vocabulary where it is not LVIS train's."""
        if self.vocabulary != LVIS_TRAIN:
            query = {"vocabulary": self.vocabulary} | query
        return f"{path}?{urlencode(query)}" if query else path

    def is_within(self, path: str) -> bool:
        """Whether the page is that of a path of the navigation, or below it."""
        asked = self.request.url.path
        if path == "/":
            return asked == "/" or asked.startswith(("/categories/", "/exemplars/"))
        if path == "/audit" and asked == "/duplicates":
            return True
        return asked == path or asked.startswith(f"{path}/")

    def render(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page made of a template, which sees `values` and the `page` itself."""
        environment: Environment = self.request.app.state.environment
        page = environment.get_template(template).render(page=self, **values)
        return HTMLResponse(page, status)


def page_context(request: Request) -> WebContext:
    """Return the context of a request."""
    return WebContext(request)
