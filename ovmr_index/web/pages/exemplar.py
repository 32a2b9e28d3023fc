"""The exemplar page: one exemplar of a category, closely."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ovmr_index.errors import UsageError
from ovmr_index.pools.exemplar_details import ExemplarDetails
from ovmr_index.web.context import WebContext, page_context
from ovmr_index.web.shapes import letter_height, shape_of, shapes_of
from ovmr_index.web.shown_marks import shown_marks

_WHOLE = "-"  # in an address, in the place of the id of a box


def exemplar(request: Request) -> Response:
    """Show one exemplar: its image, its record, where it comes from, what is like it."""
    page = page_context(request)
    category_id, source, file_name, region_id = _key(page)
    held: dict[str, Any] = {"region_id": region_id, "vocabulary": page.vocabulary}
    found = page.index.pools.exemplar(category_id, source, file_name, **held)
    marks = shown_marks(page)
    return page.render(
        "exemplar.html",
        mark=marks.by_exemplar(found.category_id).get((source, file_name, region_id)),
        marks_state=marks.state,
        found=found,
        samples=page.index.samples.holding(category_id, source, file_name, **held),
        records=_records(found),
        **_drawn(found),
    )


def _key(page: WebContext) -> tuple[int, str, str, int | None]:
    """Return what the address names: category id, source, file name, id of the box or None.

    Raises UsageError for one that names none.
    """
    given = page.request.path_params
    file_name = page.request.query_params.get("file")
    if not file_name:
        raise UsageError("the address of an exemplar ends in ?file=NAME, the name of its image")
    region = given["region_id"]
    region_id = None if region == _WHOLE else _whole_number(region)
    return _whole_number(given["category_id"]), given["source"], file_name, region_id


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UsageError(f"{text!r} in the address is no id; ids are whole numbers")
    return int(text)


def _records(found: ExemplarDetails) -> list[tuple[str, str]]:
    """Return the records of its box and its image, each with a heading, as readable JSON."""
    known = {
        f"Box {found.region_id} in {found.source}": found.box and found.box.members(),
        f"Image in {found.source}": found.image and found.image.members(),
    }
    return [(heading, _readable(members)) for heading, members in known.items() if members]


def _readable(members: dict[str, Any]) -> str:
    """Return an object as JSON with a member a line: a polygon is one of them."""
    lines = (
        f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in members.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}"


def _drawn(found: ExemplarDetails) -> dict[str, Any]:
    """Return what is drawn over its image, nothing where its size in pixels is not known."""
    image = found.image
    if image is None or not image.width or not image.height:
        return {"shape": None, "others": [], "letter": 0}
    size = image.width, image.height
    return {
        "shape": found.box and shape_of(found.box, *size),
        "others": shapes_of(found.others, *size),
        "letter": letter_height(*size),
    }


ROUTES = [Route("/exemplars/{category_id}/{source:path}/{region_id}", exemplar)]
