"""The page of a category: what it means, what is in its pool, and what the next draw gives it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ovmr_index.errors import UsageError, shortened
from ovmr_index.images.crop import CropTask
from ovmr_index.pools.crop_task import exemplar_task
from ovmr_index.pools.taken_queries import Taken, taken
from ovmr_index.samples.category_draw import DrawForCategory, draw_for_category
from ovmr_index.samples.options import DEFAULT_SEED, MAX_SEED, METHODS, ON_SHORTAGE, DrawOptions
from ovmr_index.samples.pool_view import ViewedExemplar, view_pool
from ovmr_index.samples.pool_view_queries import sample_names
from ovmr_index.samples.view_options import ORDERS, ViewOptions
from ovmr_index.vocabularies.category_card import CategoryCard, category_card
from ovmr_index.vocabularies.stored_vocabularies import find_vocabulary
from ovmr_index.web.addresses import SIDES
from ovmr_index.web.context import WebContext, page_context
from ovmr_index.web.known_crops import CropKey, KnownCrops
from ovmr_index.web.shown_marks import shown_marks

MOST = 3_000  # exemplars of a page
_MOST_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a category's page asks for.

    Raises:
        UsageError: A number is none, or an option is out of its range.
    """

    draw: DrawOptions
    view: ViewOptions


def category(request: Request) -> Response:
    """Show a category."""
    page = page_context(request)
    asked = _asked(page)
    root, state = page.index.root, page.state
    with page.read() as connection:
        card, vocabulary_pk = _category(page, connection)
        counts = [Taken._make(row) for row in connection.execute(taken(card.pk))]
        view = view_pool(connection, root, vocabulary_pk, card.pk, asked.view)
        drawn = draw_for_category(connection, root, vocabulary_pk, card.pk, asked.draw)
        samples = connection.execute(sample_names(vocabulary_pk)).scalars().all()
    crops: KnownCrops = request.app.state.crops
    crops.put(state, map(_with_key, view.exemplars))
    return page.render(
        "category.html",
        **_values(page, card, drawn, asked),
        datasets=_by_dataset(counts),
        substitutes=[one for one in counts if one.is_substitute],
        view=view,
        samples=samples,
        most=MOST,
        given=page.request.query_params,
        before=_at(page, max(0, asked.view.first - MOST)),
        after=_at(page, asked.view.first + MOST),
    )


def _with_key(viewed: ViewedExemplar) -> tuple[CropKey, CropTask]:
    """Return what cuts out an exemplar, by what its thumbnail is asked for."""
    one = viewed.exemplar
    return (viewed.source, one.file_name, one.region_id), exemplar_task(one, ())


def _by_dataset(counts: Iterable[Taken]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in counts:
        found[one.dataset] = found.get(one.dataset, 0) + one.exemplars
    return found


def _at(page: WebContext, first: int) -> str:
    """Return the address of the same page from another exemplar on."""
    return str(
        page.request.url.include_query_params(**{"from": first}).replace(scheme="", netloc="")
    )


def draw(request: Request) -> Response:
    """Show what the next draw gives a category, as a part of its page."""
    page = page_context(request)
    asked = _asked(page)
    with page.read() as connection:
        card, vocabulary_pk = _category(page, connection)
        root = page.index.root
        drawn = draw_for_category(connection, root, vocabulary_pk, card.pk, asked.draw)
    return page.render("draw.html", **_values(page, card, drawn, asked))


def _values(
    page: WebContext, card: CategoryCard, drawn: DrawForCategory, asked: Asked
) -> dict[str, Any]:
    """Return what the templates of a category and of its draw both see."""
    marks = shown_marks(page)
    is_sharp = page.request.cookies.get("sharp") == "1"
    return {
        "card": card,
        "drawn": drawn,
        "asked": asked,
        "side": SIDES[is_sharp],
        "choices": {"method": METHODS, "shortage": ON_SHORTAGE, "order": ORDERS},
        "marks": marks.by_exemplar(card.category_id),
        "marks_state": marks.state,
    }


def _category(page: WebContext, connection: Connection) -> tuple[CategoryCard, int]:
    """Return the category that the address names, and the pk of its vocabulary."""
    vocabulary_pk = find_vocabulary(connection, page.vocabulary)
    category_id = page.request.path_params["category_id"]
    return category_card(connection, page.vocabulary, vocabulary_pk, category_id), vocabulary_pk


def _asked(page: WebContext) -> Asked:
    """Return what the address asks for; what is left empty is not asked for."""
    given = {key: value for key, value in page.request.query_params.items() if value}
    draw_options = DrawOptions(
        k=_whole("k", given, 5),
        seed=_whole("seed", given, DEFAULT_SEED),
        method=given.get("method", METHODS[0]),
        on_shortage=given.get("shortage", ON_SHORTAGE[0]),
        vocabulary=page.vocabulary,
    )
    view = ViewOptions(
        datasets=tuple(page.request.query_params.getlist("dataset")),
        least_weight=_number("min_weight", given),
        most_weight=_number("max_weight", given),
        least_side=_number("min_side", given),
        sample=given.get("sample"),
        mark=given.get("mark", ""),
        order=given.get("order", ORDERS[0]),
        first=_whole("from", given, 0),
        most=MOST,
    )
    return Asked(draw_options, view)


def _whole(name: str, given: Mapping[str, str], default: int) -> int:
    text = given.get(name, str(default)).strip()
    if not text.isdecimal() or len(text) > _MOST_DIGITS or int(text) > MAX_SEED:
        raise UsageError(f"{name} is {shortened(text)}; give a whole number")
    return int(text)


def _number(name: str, given: Mapping[str, str]) -> float | None:
    if name not in given:
        return None
    try:
        number = float(given[name])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{name} is {shortened(given[name])}; give a number")
    return number


ROUTES = [
    Route("/categories/{category_id:int}", category),
    Route("/categories/{category_id:int}/draw", draw),
]
