"""`Index`: everything that the program does, as methods that give typed reports back."""

from ovmr_index.export.crops import CropReport
from ovmr_index.export.job import Written
from ovmr_index.index.database import Database
from ovmr_index.index.exporting import Exporting
from ovmr_index.index.ingesting import Ingesting
from ovmr_index.index.pools import Pools
from ovmr_index.ingest.report import IngestReport, SourceReport
from ovmr_index.queries.collation import Recipe
from ovmr_index.records import CategoryPicks
from ovmr_index.reports import Coverage, ExportReport
from ovmr_index.sampling import DrawOptions
from ovmr_index.saved import SavedPick

__all__ = [
    "CategoryPicks",
    "Coverage",
    "CropReport",
    "DrawOptions",
    "ExportReport",
    "Index",
    "IngestReport",
    "Recipe",
    "SavedPick",
    "SourceReport",
    "Written",
]


class Index(Ingesting, Pools, Exporting, Database):
    """An index of LVIS, ImageNet and Visual Genome under one root.

    >>> index = Index.open("datasets")
    >>> index.ingest()
    >>> index.export()

    Each part of it has a file of its own beside this one.
    """
