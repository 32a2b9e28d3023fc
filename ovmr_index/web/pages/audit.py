"""The audit page: each exemplar that shows an image of LVIS val, beside that image."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ovmr_index.pools.leak_pairs import Leak
from ovmr_index.web.context import page_context
from ovmr_index.web.findings import (
    exclude_all,
    findings_state,
    has_ended,
    is_hashing,
    key_of,
    leaks_job,
    marks_of,
    not_excluded,
)
from ovmr_index.web.leak_filter import LeakFilter
from ovmr_index.web.paging import Paging
from ovmr_index.web.shown_marks import shown_marks

SHOWN = 48  # pairs at once
NOTE = "shows an image of LVIS val"


def audit(request: Request) -> Response:
    """Show the leaks that the filter of the address takes, a part of them at a time."""
    page = page_context(request)
    chosen = LeakFilter.of(request.query_params)
    job = leaks_job(page)
    if not has_ended(page, job):
        return page.render("searching.html", title="Audit", job=job)
    leaks: list[Leak] = job.result or []
    taken = [leak for leak in leaks if chosen.takes(leak)]
    marks = marks_of(page)
    paging = Paging.of(request.query_params, len(taken), SHOWN)
    return page.render(
        "audit.html",
        problem=job.problem,
        leaks=leaks,
        taken=taken,
        left=len(not_excluded([key_of(page, leak) for leak in taken], marks)),
        pairs=[(leak, marks.get(key_of(page, leak))) for leak in paging.part(taken)],
        chosen=chosen,
        chosen_values=chosen._asdict(),
        choices={name: chosen.choices(name, leaks) for name in LeakFilter._fields},
        paging=paging,
        state=findings_state(page),
        hashing=is_hashing(page),
        marks_state=shown_marks(page).state,
    )


def exclude(request: Request) -> Response:
    """Exclude all leaks that the filter of the address takes, in one step."""
    page = page_context(request)
    chosen = LeakFilter.of(request.query_params)
    job = leaks_job(page)
    has_ended(page, job, None)
    leaks: list[Leak] = job.result or []
    keys = [key_of(page, leak) for leak in leaks if chosen.takes(leak)]
    return exclude_all(page, not_excluded(keys, marks_of(page)), NOTE)


ROUTES = [Route("/audit", audit), Route("/audit/exclude", exclude, methods=["POST"])]
