"""What went wrong, as a page for people or as JSON for a script."""

import logging
import sqlite3
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ovmr_index.db import database_errors
from ovmr_index.errors import OvmrIndexError, UsageError, os_reason
from ovmr_index.web.context import page_context

LOGGER = logging.getLogger("ovmr_index.web")


def _answer(request: Request, status: int, reason: str) -> Response:
    """Return what is wrong: as JSON to whoever changes something or asks for JSON."""
    if request.method == "POST" or "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": reason}, status)
    title = HTTPStatus(status).phrase
    return page_context(request).render("problem.html", status=status, title=title, reason=reason)


def _http(request: Request, error: HTTPException) -> Response:
    reasons = {404: "There is no such page.", 405: "This page cannot be asked for in that way."}
    return _answer(request, error.status_code, reasons.get(error.status_code, error.detail))


def _unknown(request: Request, error: UsageError) -> Response:
    """What the address or the change names is not there."""
    return _answer(request, 400 if request.method == "POST" else 404, str(error))


def _data(request: Request, error: OvmrIndexError) -> Response:
    return _logged(request, 500, str(error))


def _database(request: Request, error: DBAPIError | sqlite3.Error) -> Response:
    if database_errors.is_busy(error):
        return _busy(request)
    return _logged(request, 500, f"the index: {database_errors.describe(error)}")


def _busy(request: Request) -> Response:
    """Another process writes, and has locked the index: the page asks again by itself."""
    reason = "Another process is writing to the index. This page loads again when it can."
    answer = _answer(request, 503, reason)
    answer.headers["Retry-After"] = answer.headers["Refresh"] = "3"
    return answer


def _system(request: Request, error: OSError) -> Response:
    return _logged(request, 500, f"{error.filename or 'the system'}: {os_reason(error)}")


def _program(request: Request, _: Exception) -> Response:
    """The error is raised again after this, and logged where the server hears of it."""
    return _answer(request, 500, "The program failed. Its terminal says how.")


def _logged(request: Request, status: int, reason: str) -> Response:
    LOGGER.error("%s %s: %s", request.method, request.url.path, reason)
    return _answer(request, status, reason)


HANDLERS: Mapping[Any, Callable[[Request, Any], Response]] = {
    HTTPException: _http,
    UsageError: _unknown,
    OvmrIndexError: _data,
    DBAPIError: _database,
    sqlite3.Error: _database,
    OSError: _system,
    Exception: _program,
}
