"""`/hashes`: compute, in the background, what images are compared by."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ovmr_index.errors import UsageError
from ovmr_index.index.index import Index
from ovmr_index.web.context import page_context
from ovmr_index.web.findings import HASHES
from ovmr_index.web.jobs import Work, jobs_of


def compute(request: Request) -> Response:
    """Begin to compute hashes, as the parameters of the address say; name the job that does."""
    page = page_context(request)
    given = request.query_params
    work = _work(given.get("of", ""), given.get("category", ""), page.vocabulary)
    job = jobs_of(request).begin(HASHES, work)
    return JSONResponse({"job": job.name})


def _work(of: str, category: str, vocabulary: str) -> Work:
    def content(index: Index) -> object:
        return index.pools.hash_possible_copies(vocabulary=vocabulary).describe()

    def looks(index: Index) -> object:
        return index.pools.hash_images(perceptual=True, vocabulary=vocabulary)

    def looks_of_category(index: Index) -> object:
        return index.pools.findings.hash_category(category, vocabulary=vocabulary)

    works = {"content": content, "looks": looks_of_category if category else looks}
    if of not in works:
        raise UsageError(f"of={of}: is neither content nor looks")
    return works[of]


ROUTES = [Route("/hashes", compute, methods=["POST"])]
