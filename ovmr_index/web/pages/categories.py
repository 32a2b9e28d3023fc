"""The categories page: what is in the index, and every category with its exemplars."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ovmr_index.index.status import SourceStatus
from ovmr_index.pools.overview import CategoryOverview, PoolOverview
from ovmr_index.pools.stored_recipe import source_generations
from ovmr_index.web.bars import Part, bar_parts
from ovmr_index.web.context import WebContext, page_context

FREQUENCIES = {"r": "rare", "c": "common", "f": "frequent"}
_NONE = Counter[str]()


class _Row(NamedTuple):
    """A category as a row of the page shows it: the parts of its bar, its marks by their kind."""

    pool: CategoryOverview
    parts: list[Part]
    marks: Counter[str]


def categories(request: Request) -> Response:
    """Show every category of a vocabulary."""
    page = page_context(request)
    vocabulary = page.vocabulary
    overview = page.cached(
        ("overview", vocabulary), lambda: page.index.pools.overview(vocabulary=vocabulary)
    )
    return page.render(
        "categories.html",
        overview=overview,
        rows=_rows(overview, _marks(page)),
        sources=_sources(page),
        vocabularies=page.cached("vocabularies", page.index.vocabularies.list),
        frequencies=FREQUENCIES,
    )


def _sources(page: WebContext) -> list[SourceStatus]:
    """Return the sources; to count what each holds takes longer than to see that none changed."""

    def generations() -> str:
        with page.read() as connection:
            return source_generations(connection)

    return page.cached(
        "sources",
        lambda: page.index.status().sources,
        state=lambda: page.cached("generations", generations),
    )


def _marks(page: WebContext) -> dict[int, Counter[str]]:
    """Count the marks of each category that has some, by their kind."""

    def count() -> dict[int, Counter[str]]:
        counts = defaultdict[int, Counter[str]](Counter)
        for one in page.index.curation.list(vocabulary=page.vocabulary):
            counts[one.category_id][one.kind] += 1
        return dict(counts)

    return page.cached(("counts of marks", page.vocabulary), count)


def _rows(overview: PoolOverview, marks: Mapping[int, Counter[str]]) -> list[_Row]:
    """Return the rows of all categories; the largest pool has the longest bar."""
    pools = overview.categories
    largest = max((one.coverage.total for one in pools), default=0)
    return [
        _Row(one, bar_parts(one.coverage.by_dataset, largest), marks.get(one.category_id, _NONE))
        for one in pools
    ]


ROUTES = [Route("/", categories)]
