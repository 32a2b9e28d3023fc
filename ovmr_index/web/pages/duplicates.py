"""The page of near-duplicates: counted by category, and those of one category in groups."""

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ovmr_index.curation.mark import ExemplarKey, Mark
from ovmr_index.pools.duplicates import DuplicateCount, DuplicateGroup, NearDuplicate
from ovmr_index.pools.exemplars import Exemplar
from ovmr_index.web.context import WebContext, page_context
from ovmr_index.web.findings import (
    Marks,
    duplicates_job,
    exclude_all,
    has_ended,
    is_hashing,
    key_of,
    marks_of,
    not_excluded,
)
from ovmr_index.web.paging import Paging
from ovmr_index.web.shown_marks import shown_marks

SHOWN = 40  # groups at once
NOTE = "near-duplicate of another exemplar"


class ShownGroup(NamedTuple):
    """A group with the mark of each exemplar; `has_left` is whether there is one to exclude."""

    kept: list[tuple[Exemplar, Mark | None]]
    others: list[tuple[NearDuplicate, Mark | None]]
    has_left: bool


def duplicates(request: Request) -> Response:
    """Show the groups of the category that the address names, or how many each category has."""
    page = page_context(request)
    if category := request.query_params.get("category"):
        return _groups(page, category)
    job = duplicates_job(page)
    if not has_ended(page, job):
        return page.render("searching.html", title="Near-duplicates", job=job)
    counts: list[DuplicateCount] = job.result or []
    found = [one for one in counts if one.others]
    return page.render(
        "duplicates.html",
        problem=job.problem,
        counts=sorted(found, key=lambda one: (-one.others, one.category_id)),
        others=sum(one.others for one in found),
        groups=sum(one.groups for one in found),
        images=sum(one.images for one in counts),
        unhashed=sum(one.unhashed for one in counts),
        hashing=is_hashing(page),
    )


def _groups(page: WebContext, category: str) -> Response:
    findings, marks = page.index.pools.findings, marks_of(page)
    groups = findings.duplicates(category, vocabulary=page.vocabulary)
    count = next(findings.count_duplicates(category, vocabulary=page.vocabulary), None)
    paging = Paging.of(page.request.query_params, len(groups), SHOWN)
    return page.render(
        "duplicate_groups.html",
        category=category,
        name=count.category if count else category,
        images=count.images if count else 0,
        unhashed=count.unhashed if count else 0,
        groups=groups,
        shown=[_shown(page, group, marks) for group in paging.part(groups)],
        left=len(_superfluous(page, groups, marks)),
        paging=paging,
        hashing=is_hashing(page),
        marks_state=shown_marks(page).state,
    )


def _shown(page: WebContext, group: DuplicateGroup, marks: Marks) -> ShownGroup:
    kept = [(one, marks.get(key_of(page, one))) for one in group.kept]
    others = [(one, marks.get(key_of(page, one.exemplar))) for one in group.others]
    return ShownGroup(kept, others, bool(_superfluous(page, [group], marks)))


def exclude(request: Request) -> Response:
    """Exclude all but the first image of each group of a category, in one step."""
    page = page_context(request)
    category = request.query_params.get("category", "")
    groups = page.index.pools.findings.duplicates(category, vocabulary=page.vocabulary)
    return exclude_all(page, _superfluous(page, groups, marks_of(page)), NOTE)


def _superfluous(page: WebContext, groups: list[DuplicateGroup], marks: Marks) -> list[ExemplarKey]:
    """Return the exemplars without a mark beside the first image of each group that is left."""
    found: list[ExemplarKey] = []
    for group in groups:
        exemplars = [*group.kept, *(other.exemplar for other in group.others)]
        left = not_excluded([key_of(page, one) for one in exemplars], marks)
        found += [one for one in left if one not in marks and not _on_one_image(one, left[0])]
    return found


def _on_one_image(one: ExemplarKey, other: ExemplarKey) -> bool:
    return (one.source, one.file_name) == (other.source, other.file_name)


ROUTES = [
    Route("/duplicates", duplicates),
    Route("/duplicates/exclude", exclude, methods=["POST"]),
]
