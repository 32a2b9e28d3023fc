"""The addresses of exemplars and of their pictures, which hold for any index of the same files."""

from urllib.parse import quote, urlencode

SIDES = (192, 384)  # pixels of a thumbnail, on a usual screen and on a sharp one
WHOLE = "-"  # in the place of the id of a box


def exemplar_path(category_id: int, source: str, region_id: int | None) -> str:
    """Return the path of an exemplar's page; `file` is the rest of its address."""
    return f"/exemplars/{category_id}/{_place(source, region_id)}"


def thumbnail_address(
    source: str, file_name: str, region_id: int | None, side: int = SIDES[0]
) -> str:
    """Return the address of the thumbnail of an exemplar, whose longer side has `side` pixels."""
    query = urlencode({"file": file_name, "side": side}, errors="surrogatepass")
    return f"/thumbnails/{_place(source, region_id)}?{query}"


def image_address(source: str, file_name: str, region_id: int | None = None) -> str:
    """Return the address of a whole image, turned as the box with this id is meant."""
    query = urlencode({"file": file_name}, errors="surrogatepass")
    return f"/images/{_place(source, region_id)}?{query}"


def _place(source: str, region_id: int | None) -> str:
    return f"{quote(source, safe='')}/{WHOLE if region_id is None else region_id}"
