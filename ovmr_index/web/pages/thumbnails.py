"""Thumbnails of crops, and whole images, of the sources that the index knows."""

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ovmr_index.images.crop import CropTask
from ovmr_index.images.shown import find_crop
from ovmr_index.images.thumbnail_maker import ThumbnailMaker
from ovmr_index.images.thumbnails import Thumbnail, ThumbnailTask
from ovmr_index.web.addresses import SIDES, WHOLE
from ovmr_index.web.context import page_context
from ovmr_index.web.known_crops import CropKey, KnownCrops
from ovmr_index.web.tile import plain_tile

LONGEST = 1_600  # pixels of a whole image
_KEPT = "private, no-cache"  # a browser asks whether its copy is the one of the image as it is now
_MOST_ID = 2**63 - 1


async def thumbnail(request: Request) -> Response:
    """Show a crop, made smaller."""
    side = SIDES[request.query_params.get("side") == str(SIDES[1])]
    return await _answer(request, side, whole=False)


async def image(request: Request) -> Response:
    """Show a whole image, made smaller where it is large."""
    return await _answer(request, LONGEST, whole=True)


async def _answer(request: Request, side: int, *, whole: bool) -> Response:
    """Return a picture that is kept, or have it made; one that says why there is none."""
    found = await run_in_threadpool(_find, request, side, whole=whole)
    if isinstance(found, Response):
        return found
    task, key = found
    return _picture(await _made(request, task, key), key)


def _find(request: Request, side: int, *, whole: bool) -> Response | tuple[ThumbnailTask, str]:
    """Return a picture that is kept, or one that says why there is none, or what to make."""
    source, region = request.path_params["source"], request.path_params["region"]
    region_id = int(region) if region.isdecimal() and len(region) < 20 else None
    if (region_id is None and region != WHOLE) or (region_id or 0) > _MOST_ID:
        return _picture(Thumbnail(None, "the index holds no such box"))
    crop = _crop(request, (source, request.query_params.get("file", ""), region_id))
    if crop is None:
        return _picture(Thumbnail(None, "the index holds no such image"))
    task = ThumbnailTask(crop, side, whole)
    maker: ThumbnailMaker = request.app.state.thumbnails
    key = maker.key(task)
    if isinstance(key, Thumbnail):
        return _picture(key)
    if f'"{key}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_headers(key))
    kept = maker.kept(key)
    return (task, key) if kept is None else _picture(kept, key)


def _crop(request: Request, key: CropKey) -> CropTask | None:
    """Return what cuts out an exemplar, None where the index has no such one."""
    page = page_context(request)
    known: KnownCrops = request.app.state.crops
    state = page.state
    crop = known.get(state, key)
    if crop is None:
        source, file_name, region_id = key
        with page.read() as connection:
            root = page.index.root
            crop = find_crop(connection, root, source, file_name=file_name, region_id=region_id)
        if crop is not None:
            known.put(state, [(key, crop)])
    return crop


async def _made(request: Request, task: ThumbnailTask, key: str) -> Thumbnail:
    """Wait for a thumbnail; it is not made where the browser gives the request up before."""
    maker: ThumbnailMaker = request.app.state.thumbnails
    making = asyncio.ensure_future(asyncio.wrap_future(maker.make(task, key)))
    leaving = asyncio.ensure_future(_left(request))
    await asyncio.wait((making, leaving), return_when=asyncio.FIRST_COMPLETED)
    leaving.cancel()
    if making.done():
        return making.result()
    making.cancel()
    return Thumbnail(None, "nobody waits for it any more")


async def _left(request: Request) -> None:
    """Wait until the browser has given the request up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _picture(made: Thumbnail, key: str = "") -> Response:
    if made.content is None:
        tile = plain_tile(made.reason or "")
        return Response(tile, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})
    return Response(made.content, media_type="image/jpeg", headers=_headers(key))


def _headers(key: str) -> dict[str, str]:
    return {"ETag": f'"{key}"', "Cache-Control": _KEPT}


ROUTES = [
    Route("/thumbnails/{source}/{region}", thumbnail),
    Route("/images/{source}/{region}", image),
]
