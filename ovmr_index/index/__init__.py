"""`Index`: everything that the program does, as methods that give typed reports back."""

from ovmr_index.export.report import ExportReport, PicturesReport
from ovmr_index.export.target import Written
from ovmr_index.index.auditing import Auditing
from ovmr_index.index.checking import Checking
from ovmr_index.index.copying import MANIFEST_TARGETS, Copying
from ovmr_index.index.database import Database
from ovmr_index.index.exporting import Exporting
from ovmr_index.index.importing import Importing
from ovmr_index.index.ingesting import Ingesting
from ovmr_index.index.partitions import Partitions
from ovmr_index.index.releases import Releases
from ovmr_index.index.suggesting import Suggesting
from ovmr_index.index.vocabularies import Vocabularies
from ovmr_index.ingest.report import IngestReport, Removal, SourceReport
from ovmr_index.ingest.sources import Place, SourceOptions
from ovmr_index.ingest.verify import VerifyReport
from ovmr_index.pools.audit import AuditFinding
from ovmr_index.pools.coverage import Coverage
from ovmr_index.pools.recipe import Recipe
from ovmr_index.pools.suggest import Suggestion
from ovmr_index.samples.exemplars import CategoryPicks
from ovmr_index.samples.match import ImportProblem, ImportReport
from ovmr_index.samples.options import Choice, DrawOptions
from ovmr_index.samples.provenance import Provenance
from ovmr_index.samples.report import DrawReport, ShortCategory
from ovmr_index.samples.saved import SavedPick
from ovmr_index.vocabularies.add import AddedVocabulary
from ovmr_index.vocabularies.partition_check import PartitionCheck
from ovmr_index.vocabularies.partition_filter import PartChoice
from ovmr_index.vocabularies.partitions import PartitionSummary
from ovmr_index.vocabularies.vocabularies import VocabularySummary

__all__ = [
    "MANIFEST_TARGETS",
    "AddedVocabulary",
    "AuditFinding",
    "CategoryPicks",
    "Choice",
    "Coverage",
    "DrawOptions",
    "DrawReport",
    "ExportReport",
    "ImportProblem",
    "ImportReport",
    "Index",
    "IngestReport",
    "PartChoice",
    "PartitionCheck",
    "PartitionSummary",
    "PicturesReport",
    "Place",
    "Provenance",
    "Recipe",
    "Removal",
    "SavedPick",
    "ShortCategory",
    "SourceOptions",
    "SourceReport",
    "Suggestion",
    "VerifyReport",
    "VocabularySummary",
    "Written",
]


class Index(
    Ingesting,
    Suggesting,
    Exporting,
    Copying,
    Importing,
    Releases,
    Checking,
    Auditing,
    Vocabularies,
    Partitions,
    Database,
):
    """An index of LVIS, ImageNet and Visual Genome under one root.

    >>> index = Index.open("datasets")
    >>> index.ingest()
    >>> index.export()

    Each part of it has a file of its own beside this one.
    """
