"""The samples pages: those that are saved, one as a contact sheet, two side by side."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ovmr_index.samples.saved_queries import SampleSummary
from ovmr_index.samples.sheet import SheetRow
from ovmr_index.web.context import page_context
from ovmr_index.web.shown_marks import ShownMarks, shown_marks


def samples(request: Request) -> Response:
    """List the saved samples; with `a` and `b` in the address lead to both side by side."""
    page = page_context(request)
    a, b = (request.query_params.get(name) for name in "ab")
    if a and b:
        return RedirectResponse(page.address(f"/samples/{_quoted(a)}/diff/{_quoted(b)}"), 303)
    held = page.index.samples.list()
    stale = {one.name: page.index.samples.stale(one.name) for one in held}
    return page.render("samples.html", samples=held, stale=stale)


def sample(request: Request) -> Response:
    """Show a saved sample as a contact sheet by category."""
    page = page_context(request)
    sheet = page.index.samples.by_category(request.path_params["name"])
    if sheet.vocabulary != page.vocabulary:
        return _with_vocabulary(request, sheet.vocabulary)
    marks = shown_marks(page)
    is_excluded = partial(_excluded, marks)
    return page.render(
        "sample.html",
        sheet=sheet,
        marks=marks,
        is_excluded=is_excluded,
        excluded=sum(map(is_excluded, sheet.rows)),
        names=_names(page.index.samples.list()),
    )


def diff(request: Request) -> Response:
    """Show two saved samples side by side: the categories that differ, or all."""
    page = page_context(request)
    a, b = request.path_params["a"], request.path_params["b"]
    both = page.index.samples.side_by_side(a, b)
    if both.a.vocabulary != page.vocabulary:
        return _with_vocabulary(request, both.a.vocabulary)
    shows_all = request.query_params.get("show") == "all"
    rows = both.rows if shows_all else both.differing
    return page.render(
        "sample_diff.html",
        both=both,
        rows=rows,
        shows_all=shows_all,
        marks=shown_marks(page),
        names=_names(page.index.samples.list()),
    )


def _excluded(marks: ShownMarks, row: SheetRow) -> int:
    """Return how many exemplars of a row are excluded now."""
    by_key = marks.by_exemplar(row.category_id)
    found = (by_key.get((one.source or "", one.file_name, one.region_id)) for one in row.tiles)
    return sum(mark is not None and mark.kind == "exclude" for mark in found)


def _with_vocabulary(request: Request, vocabulary: str) -> Response:
    """Lead to the page with the vocabulary of its sample, which the links on it need."""
    return RedirectResponse(request.url.include_query_params(vocabulary=vocabulary), 303)


def _names(held: Sequence[SampleSummary]) -> list[str]:
    return [one.name for one in held]


def _quoted(name: str) -> str:
    return quote(name, safe="")


ROUTES = [
    Route("/samples", samples),
    Route("/samples/{name}", sample),
    Route("/samples/{a}/diff/{b}", diff),
]
