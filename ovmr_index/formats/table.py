"""The formats: a table of ours, and those of plug-ins by their names."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import import_module

from ovmr_index import plugins
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.formats.base import Format

# A format is a module of this package that ends with its `FORMAT`.
_MODULES = (
    "coco",
    "folder",
    "huggingface",
    "imagenet",
    "lvis",
    "openimages",
    "visual_genome",
    "voc",
    "webdataset",
    "yolo",
)


def _described(module: str) -> Format:
    found = import_module(f"ovmr_index.formats.{module}").FORMAT
    assert isinstance(found, Format)
    return found


FORMATS: Mapping[str, Format] = {one.name: one for one in map(_described, _MODULES)}


@lru_cache
def find_format(name: str) -> Format:
    """Return the format of a name: one of ours, or one of a plug-in.

    Raises:
        UsageError: No package that is installed has it.
        OvmrIndexError: The plug-in cannot be imported, or is no format.
    """
    if name in FORMATS:
        return FORMATS[name]
    found = plugins.load(plugins.SOURCES, name)
    if isinstance(found, Format):
        if (found.reader is None) == (found.tree_reader is None):
            raise OvmrIndexError(f"plug-in {name}: give its Format one reader or one tree_reader")
        return replace(found, name=name)
    if not callable(found):
        raise OvmrIndexError(f"plug-in {name}: is no Format and no reader; fix its package")
    return Format(name, reader=found)


def format_of(name: str) -> Format:
    """Return the format of a source that was read before.

    A plug-in whose package is gone can be read no more; what was read holds, as of a plug-in that
    is a reader and nothing more.
    """
    try:
        return find_format(name)
    except UsageError:
        return Format(name)


def names_with(holds: Callable[[Format], object]) -> tuple[str, ...]:
    """Return the names of those of our formats that something holds for, for use in queries."""
    return tuple(sorted(one.name for one in FORMATS.values() if holds(one)))


IMAGENET_FORMATS = names_with(lambda one: one.release_of)
COCO_ID_FORMATS = names_with(lambda one: one.has_coco_ids)
