"""The templates: text is escaped wherever it stands."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ovmr_index.pools.coverage_queries import DATASETS
from ovmr_index.web.addresses import exemplar_path, image_address, thumbnail_address

_FOLDER = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Return the environment of the templates: a name that is not given is an error.

    There is one in a process: templates are compiled once.
    """
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["number"] = "{:,}".format
    made.filters["dataset_class"] = _dataset_class
    for address in (exemplar_path, image_address, thumbnail_address):
        made.globals[address.__name__] = address
    return made


def _dataset_class(name: str) -> str:
    """Return the class of a dataset's colour: those of the published recipe have their own."""
    return name if name in DATASETS else "other"
