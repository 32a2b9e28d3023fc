"""The error for a category that is not there."""

from collections.abc import Iterable

from ovmr_index.errors import OvmrIndexError, UsageError, unknown


class UnknownCategoryError(UsageError, KeyError):
    """A category that is not there: `index["…"]` raises it, as a mapping raises KeyError."""

    __str__ = OvmrIndexError.__str__  # a KeyError shows the repr of its message


def unknown_category(category: str | int, known: Iterable[str]) -> UnknownCategoryError:
    """Return the error for a name or an id, with the nearest of the names that are known."""
    see = "give an id, a name or a synset"
    return UnknownCategoryError(str(unknown("category", category, known, see=see)))
