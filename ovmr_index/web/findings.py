"""What pages of findings share: searches in the background, marks by exemplar, one-step changes."""

from collections.abc import Collection, Mapping

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from ovmr_index.curation.mark import ExemplarKey, Mark
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.pools.findings_state import FindingsState
from ovmr_index.pools.leak_pairs import Leak
from ovmr_index.web.context import WebContext
from ovmr_index.web.jobs import Job, jobs_of
from ovmr_index.web.shown_marks import shown_marks

_PATIENCE = 0.7  # seconds that a page waits for a search before it shows how far that is

HASHES = "hashes"  # the name of the job that computes them

Marks = Mapping[ExemplarKey, Mark]


def has_ended(page: WebContext, job: Job, seconds: float | None = _PATIENCE) -> bool:
    """Wait for a search, as long as it takes with None; return whether it has ended.

    One that has failed is begun again by the next page.
    """
    ended = job.wait(seconds)
    if ended and job.problem:
        jobs_of(page.request).forget(job)
    return ended


def leaks_job(page: WebContext) -> Job:
    """Return the job that finds the leaks of the page's vocabulary; its result is their list."""
    vocabulary = page.vocabulary
    return jobs_of(page.request).of_state(
        f"leaks of {vocabulary}",
        findings_state(page),
        lambda index: list(index.pools.findings.leaks(vocabulary=vocabulary)),
    )


def duplicates_job(page: WebContext) -> Job:
    """Return the job that counts near-duplicates; its result is a list of `DuplicateCount`."""
    vocabulary = page.vocabulary
    return jobs_of(page.request).of_state(
        f"near-duplicates of {vocabulary}",
        findings_state(page),
        lambda index: list(index.pools.findings.count_duplicates(vocabulary=vocabulary)),
    )


def findings_state(page: WebContext) -> FindingsState:
    """Return the state that the findings of the page's vocabulary are of."""
    vocabulary = page.vocabulary
    return page.cached(
        ("findings", vocabulary), lambda: page.index.pools.findings.state(vocabulary=vocabulary)
    )


def is_hashing(page: WebContext) -> bool:
    """Return whether hashes are being computed now."""
    return jobs_of(page.request).goes_on(HASHES)


def key_of(page: WebContext, exemplar: Leak | Exemplar) -> ExemplarKey:
    """Return the key of an exemplar of the page's vocabulary."""
    return ExemplarKey(
        page.vocabulary,
        exemplar.category_id,
        exemplar.source,
        exemplar.file_name,
        exemplar.region_id,
    )


def marks_of(page: WebContext) -> Marks:
    """Return the marks of the page's vocabulary by exemplar."""
    by_category = shown_marks(page).by_category
    return {mark.key: mark for marks in by_category.values() for mark in marks}


def not_excluded(keys: Collection[ExemplarKey], marks: Marks) -> list[ExemplarKey]:
    """Return the exemplars that no mark excludes, in their order."""
    return [key for key in keys if key not in marks or marks[key].kind != "exclude"]


def exclude_all(page: WebContext, keys: Collection[ExemplarKey], note: str) -> Response:
    """Exclude exemplars in one step, if they are as many as the person was told.

    The parameter `expected` of the address has that number.
    """
    expected = page.request.query_params.get("expected", "")
    if str(len(keys)) != expected:
        reason = f"there are {len(keys):,} now, and not {expected}; look at the page again"
        raise HTTPException(409, reason)
    change = page.index.curation.exclude(keys, note=note, author=page.author)
    return JSONResponse({"changed": change.changed})
