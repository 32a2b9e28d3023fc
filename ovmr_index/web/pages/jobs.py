"""`/jobs`: how far work in the background is, and to stop it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ovmr_index.web.jobs import Job, jobs_of


def progress(request: Request) -> Response:
    """Say how far a job is."""
    job = _job(request)
    return JSONResponse(
        {
            "what": job.what,
            "unit": job.unit,
            "done": job.done,
            "total": job.total,
            "ended": job.ended,
            "problem": job.problem,
        },
        headers={"cache-control": "no-store"},
    )


def stop(request: Request) -> Response:
    """Stop a job at its next step."""
    _job(request).stop()
    return JSONResponse({})


def _job(request: Request) -> Job:
    job = jobs_of(request).find(request.path_params["name"])
    if job is None:
        raise HTTPException(404, "there is no such job")
    return job


ROUTES = [
    Route("/jobs/{name}", progress),
    Route("/jobs/{name}/stop", stop, methods=["POST"]),
]
