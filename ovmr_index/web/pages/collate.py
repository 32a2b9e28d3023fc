"""Pools made again from a page: a job that the page asks about."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ovmr_index.web.context import page_context
from ovmr_index.web.jobs import Jobs


def collate(request: Request) -> Response:
    """Make the pools of a vocabulary again by their recipe, unless a job runs."""
    page = page_context(request)
    pools, vocabulary = page.index.pools, page.vocabulary
    recipe = pools.recipe(vocabulary=vocabulary)
    started = _jobs(request).start(lambda: pools.collate(recipe, vocabulary=vocabulary))
    return JSONResponse({"started": started}, 202)


def state(request: Request) -> Response:
    """Say whether the job runs, and what was wrong with the last one."""
    jobs = _jobs(request)
    return JSONResponse({"running": jobs.is_running, "error": jobs.error})


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


ROUTES = [
    Route("/collate", collate, methods=["POST"]),
    Route("/collate", state, methods=["GET"]),
]
