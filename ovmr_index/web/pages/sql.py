"""The page of queries: SQL of the public views, with the guard of `sql`, which can only read."""

from itertools import islice
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ovmr_index.db.query_limits import MEMORY_MIB, SECONDS
from ovmr_index.db.query_stop import QueryStop
from ovmr_index.db.readonly import run_query
from ovmr_index.demo.questions import QUESTIONS
from ovmr_index.errors import OvmrIndexError
from ovmr_index.web.context import page_context
from ovmr_index.web.public_views import public_views
from ovmr_index.web.query_answers import CsvAnswer, stopped_when_gone
from ovmr_index.web.query_cells import CellMaker, table_columns

SHOWN_ROWS = 1_000


def query_page(request: Request) -> Response:
    """Show the query of the address, the public views, and questions to begin with."""
    page = page_context(request)
    with page.read() as connection:
        views = public_views(connection)
    return page.render(
        "sql.html",
        query=_query(request),
        views=views,
        questions=QUESTIONS,
        seconds=SECONDS,
        memory_mib=MEMORY_MIB,
    )


async def first_rows(request: Request) -> Response:
    """Answer with a table of the first rows, or with what is wrong in one line."""
    async with stopped_when_gone(request.receive) as stop:
        return await run_in_threadpool(_first_rows, request, stop)


def _first_rows(request: Request, stop: QueryStop) -> Response:
    page, begin = page_context(request), monotonic()
    try:
        with run_query(page.index.location, _query(request), {}, stop=stop) as result:
            rows = list(islice(result.rows, SHOWN_ROWS + 1))
    except OvmrIndexError as error:
        return page.render("sql_rows.html", problem=str(error))
    shown = rows[:SHOWN_ROWS]
    return page.render(
        "sql_rows.html",
        problem="",
        columns=table_columns(result.columns, shown),
        rows=CellMaker(result.columns).rows(shown),
        has_more=len(rows) > SHOWN_ROWS,
        stale=sorted(result.pools),
        seconds=monotonic() - begin,
    )


def all_rows(request: Request) -> Response:
    """Send all rows as a file of CSV, as `sql --format csv` writes them."""
    return CsvAnswer(page_context(request).index.location, _query(request))


def _query(request: Request) -> str:
    return request.query_params.get("q", "")


ROUTES = [
    Route("/sql", query_page),
    Route("/sql/rows", first_rows),
    Route("/sql/csv", all_rows),
]
