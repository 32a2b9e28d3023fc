"""Exemplars and the addresses of their pages."""

from urllib.parse import quote, urlencode

from ovmr_index import Index
from ovmr_index.pools.exemplar_details import ExemplarDetails


def address_of(found: ExemplarDetails) -> str:
    """Return the address of an exemplar's page, as a colleague gets it."""
    region = "-" if found.region_id is None else found.region_id
    path = f"/exemplars/{found.category_id}/{quote(found.source)}/{region}"
    return f"{path}?{urlencode({'file': found.file_name})}"


def pool_of(index: Index, category: str) -> list[ExemplarDetails]:
    """Return a box and a whole image of the pool of a category: its first, and the first of these.

    The sources are those of the demo.
    """
    pool = index.exemplars(category)
    picked = pool[0], next(one for one in pool if one.region_id is None)
    sources = {"lvis": "lvis_v1_train", "imagenet21k": "imagenet21k"}
    return [
        index.pools.exemplar(category, sources[one.dataset], one.file_name, region_id=one.region_id)
        for one in picked
    ]
