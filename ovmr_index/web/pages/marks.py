"""What pages change and hear of marks: exclude, pin, clear, undo, and what others did."""

from typing import Literal

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ovmr_index.curation.mark import Change, ExemplarKey
from ovmr_index.errors import UsageError
from ovmr_index.web.context import WebContext, page_context
from ovmr_index.web.shown_marks import shown_marks


class _Key(msgspec.Struct, forbid_unknown_fields=True):
    vocabulary: str
    category_id: int
    source: str
    file_name: str
    region_id: int | None


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    """What a page sends: one step."""

    kind: Literal["exclude", "pin", "clear"]
    exemplars: list[_Key]
    note: str | None = None


async def mark(request: Request) -> Response:
    """Exclude, pin or clear some exemplars in one step."""
    try:
        asked = msgspec.json.decode(await request.body(), type=_Asked)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f"the request is no list of exemplars to mark: {error}") from None
    return await run_in_threadpool(_mark, page_context(request), asked)


def _mark(page: WebContext, asked: _Asked) -> Response:
    keys = [ExemplarKey(*msgspec.structs.astuple(one)) for one in asked.exemplars]
    curation = page.index.curation
    note = (asked.note or "").strip() or None
    if asked.kind == "exclude":
        change = curation.exclude(keys, note=note, author=page.author)
    elif asked.kind == "pin":
        change = curation.pin(keys, note=note, author=page.author)
    else:
        change = curation.clear(keys, author=page.author)
    return _changed(change)


def undo(request: Request) -> Response:
    """Take back the last step of the person."""
    page = page_context(request)
    return _changed(page.index.curation.undo(author=page.author))


def changes(request: Request) -> Response:
    """Return the marks of a vocabulary, or of one category, where they are not in a state."""
    page = page_context(request)
    marks = shown_marks(page)
    if request.query_params.get("since") == marks.state:
        return Response(status_code=204)
    category = request.query_params.get("category", "")
    if category.isdecimal():
        found = list(marks.by_category.get(int(category), ()))
    else:
        found = [one for of_category in marks.by_category.values() for one in of_category]
    return JSONResponse({"state": marks.state, "marks": [one._asdict() for one in found]})


def _changed(change: Change) -> Response:
    return JSONResponse(change._asdict())


ROUTES = [
    Route("/marks", mark, methods=["POST"]),
    Route("/marks/undo", undo, methods=["POST"]),
    Route("/marks/changes", changes),
]
