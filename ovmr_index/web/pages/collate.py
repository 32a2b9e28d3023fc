"""Pools made again from a page: a job that the page asks about."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ovmr_index.web.context import page_context
from ovmr_index.web.jobs import jobs_of

JOB = "collate"


def collate(request: Request) -> Response:
    """Make the pools of a vocabulary again by their recipe, unless that goes on already."""
    page = page_context(request)
    vocabulary, jobs = page.vocabulary, jobs_of(request)
    recipe = page.index.pools.recipe(vocabulary=vocabulary)
    started = not jobs.goes_on(JOB)
    jobs.begin(JOB, lambda index: index.pools.collate(recipe, vocabulary=vocabulary))
    return JSONResponse({"started": started}, 202)


def state(request: Request) -> Response:
    """Say whether the job runs, and what was wrong with the last one."""
    jobs = jobs_of(request)
    job = jobs.find(JOB)
    error = job.problem if job else ""
    return JSONResponse({"running": jobs.goes_on(JOB), "error": error or None})


ROUTES = [
    Route("/collate", collate, methods=["POST"]),
    Route("/collate", state, methods=["GET"]),
]
