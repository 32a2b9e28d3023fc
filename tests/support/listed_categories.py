"""The categories of a list, without where each is in its file."""

from pathlib import Path

from ovmr_index.formats.records import CategoryRecord
from ovmr_index.vocabularies.list_files import read_categories


def read_vocabulary(path: Path) -> list[CategoryRecord]:
    """Return the categories of a file as `read_categories` reads them."""
    return [one.category for one in read_categories(path)]
