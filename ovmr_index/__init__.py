"""An index of image exemplars for open-vocabulary detectors: start with `Index`.

A public name is imported when it is first used, so that `import ovmr_index` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ovmr_index.curation.mark import Change, ExemplarKey, Mark, MarkCounts
    from ovmr_index.errors import (
        DamagedError,
        EmptyOutputError,
        Issue,
        MissingSourceError,
        OvmrIndexError,
        ProtectedPathError,
        RecordError,
        SchemaError,
        ServerError,
        ShortageError,
        UnwritableError,
        UsageError,
    )
    from ovmr_index.export.forms.box_options import BoxOptions, lvis_boxes
    from ovmr_index.export.forms.coco import WrittenCoco
    from ovmr_index.export.forms.odvg import WrittenOdvg
    from ovmr_index.export.forms.shot_options import Shots
    from ovmr_index.export.forms.webdataset_options import WebDatasetOptions
    from ovmr_index.export.forms.yolo import WrittenYolo
    from ovmr_index.export.report import ExportReport, WrittenFolder, WrittenImages
    from ovmr_index.export.sheets import WrittenSheets
    from ovmr_index.export.target import WrittenFile
    from ovmr_index.export.training.report import TrainingItem, TrainingReport
    from ovmr_index.images.crop_shape import CropShape
    from ovmr_index.index.category import Category
    from ovmr_index.index.doctor.api import doctor
    from ovmr_index.index.doctor.finding import DoctorCheck
    from ovmr_index.index.exemplars import Exemplars
    from ovmr_index.index.index import Index
    from ovmr_index.index.measuring import MeasureReport
    from ovmr_index.index.sample import DrawnSample
    from ovmr_index.ingest.report import IngestReport, Removal, SourceReport, VanishedError
    from ovmr_index.ingest.sources import SourceOptions, SourceSpec
    from ovmr_index.ingest.verify import VerifyReport
    from ovmr_index.integrations.evaluation.report import (
        CategoryScore,
        Evaluation,
        PartitionScore,
    )
    from ovmr_index.pools.audit import AuditFinding
    from ovmr_index.pools.category_pool import CategoryPool
    from ovmr_index.pools.coverage import Coverage
    from ovmr_index.pools.exemplar_details import ExemplarDetails
    from ovmr_index.pools.exemplars import Exemplar
    from ovmr_index.pools.overview import CategoryOverview, PoolOverview
    from ovmr_index.pools.recipe import Recipe, read_recipe
    from ovmr_index.pools.suggest import Suggestion
    from ovmr_index.report.api import Report, write_report
    from ovmr_index.report.options import ReportOptions
    from ovmr_index.samples.exemplars import CategoryExemplars
    from ovmr_index.samples.import_report import ImportIssue, ImportReport
    from ovmr_index.samples.options import DrawOptions, Filters
    from ovmr_index.samples.provenance import Provenance
    from ovmr_index.samples.report import DrawReport, ShortCategory
    from ovmr_index.samples.sample_diff import SampleDiff
    from ovmr_index.samples.saved import SavedSample
    from ovmr_index.samples.saved_queries import SampleSummary, SavedPick
    from ovmr_index.samples.sheet import SampleSheet
    from ovmr_index.samples.side_by_side import SideBySide
    from ovmr_index.vocabularies.add import AddedVocabulary
    from ovmr_index.vocabularies.partition_check import PartitionCheck
    from ovmr_index.vocabularies.partition_filter import PartitionFilter
    from ovmr_index.vocabularies.partitions import PartitionSummary
    from ovmr_index.vocabularies.stored_vocabularies import VocabularySummary
    from ovmr_index.vocabularies.unknown_category import UnknownCategoryError

__version__ = "0.2.0"
__all__ = [
    "AddedVocabulary",
    "AuditFinding",
    "BoxOptions",
    "Category",
    "CategoryExemplars",
    "CategoryOverview",
    "CategoryPool",
    "CategoryScore",
    "Change",
    "Coverage",
    "CropShape",
    "DamagedError",
    "DoctorCheck",
    "DrawOptions",
    "DrawReport",
    "DrawnSample",
    "EmptyOutputError",
    "Evaluation",
    "Exemplar",
    "ExemplarDetails",
    "ExemplarKey",
    "Exemplars",
    "ExportReport",
    "Filters",
    "ImportIssue",
    "ImportReport",
    "Index",
    "IngestReport",
    "Issue",
    "Mark",
    "MarkCounts",
    "MeasureReport",
    "MissingSourceError",
    "OvmrIndexError",
    "PartitionCheck",
    "PartitionFilter",
    "PartitionScore",
    "PartitionSummary",
    "PoolOverview",
    "ProtectedPathError",
    "Provenance",
    "Recipe",
    "RecordError",
    "Removal",
    "Report",
    "ReportOptions",
    "SampleDiff",
    "SampleSheet",
    "SampleSummary",
    "SavedPick",
    "SavedSample",
    "SchemaError",
    "ServerError",
    "ShortCategory",
    "ShortageError",
    "Shots",
    "SideBySide",
    "SourceOptions",
    "SourceReport",
    "SourceSpec",
    "Suggestion",
    "TrainingItem",
    "TrainingReport",
    "UnknownCategoryError",
    "UnwritableError",
    "UsageError",
    "VanishedError",
    "VerifyReport",
    "VocabularySummary",
    "WebDatasetOptions",
    "WrittenCoco",
    "WrittenFile",
    "WrittenFolder",
    "WrittenImages",
    "WrittenOdvg",
    "WrittenSheets",
    "WrittenYolo",
    "__version__",
    "doctor",
    "lvis_boxes",
    "read_recipe",
    "write_report",
]

_MODULES = {
    "curation.mark": ("Change", "ExemplarKey", "Mark", "MarkCounts"),
    "errors": (
        "DamagedError",
        "EmptyOutputError",
        "Issue",
        "MissingSourceError",
        "OvmrIndexError",
        "ProtectedPathError",
        "RecordError",
        "SchemaError",
        "ServerError",
        "ShortageError",
        "UnwritableError",
        "UsageError",
    ),
    "export.forms.box_options": ("BoxOptions", "lvis_boxes"),
    "export.forms.coco": ("WrittenCoco",),
    "export.forms.odvg": ("WrittenOdvg",),
    "export.forms.shot_options": ("Shots",),
    "export.forms.webdataset_options": ("WebDatasetOptions",),
    "export.forms.yolo": ("WrittenYolo",),
    "export.report": ("ExportReport", "WrittenFolder", "WrittenImages"),
    "export.sheets": ("WrittenSheets",),
    "export.target": ("WrittenFile",),
    "export.training.report": ("TrainingItem", "TrainingReport"),
    "images.crop_shape": ("CropShape",),
    "index.category": ("Category",),
    "index.doctor.api": ("doctor",),
    "index.doctor.finding": ("DoctorCheck",),
    "index.exemplars": ("Exemplars",),
    "index.index": ("Index",),
    "index.measuring": ("MeasureReport",),
    "index.sample": ("DrawnSample",),
    "ingest.report": ("IngestReport", "Removal", "SourceReport", "VanishedError"),
    "ingest.sources": ("SourceOptions", "SourceSpec"),
    "ingest.verify": ("VerifyReport",),
    "integrations.evaluation.report": ("CategoryScore", "Evaluation", "PartitionScore"),
    "pools.audit": ("AuditFinding",),
    "pools.category_pool": ("CategoryPool",),
    "pools.coverage": ("Coverage",),
    "pools.exemplar_details": ("ExemplarDetails",),
    "pools.exemplars": ("Exemplar",),
    "pools.overview": ("CategoryOverview", "PoolOverview"),
    "pools.recipe": ("Recipe", "read_recipe"),
    "pools.suggest": ("Suggestion",),
    "report.api": ("Report", "write_report"),
    "report.options": ("ReportOptions",),
    "samples.exemplars": ("CategoryExemplars",),
    "samples.import_report": ("ImportIssue", "ImportReport"),
    "samples.options": ("DrawOptions", "Filters"),
    "samples.provenance": ("Provenance",),
    "samples.report": ("DrawReport", "ShortCategory"),
    "samples.sample_diff": ("SampleDiff",),
    "samples.saved": ("SavedSample",),
    "samples.saved_queries": ("SampleSummary", "SavedPick"),
    "samples.sheet": ("SampleSheet",),
    "samples.side_by_side": ("SideBySide",),
    "vocabularies.add": ("AddedVocabulary",),
    "vocabularies.partition_check": ("PartitionCheck",),
    "vocabularies.partition_filter": ("PartitionFilter",),
    "vocabularies.partitions": ("PartitionSummary",),
    "vocabularies.stored_vocabularies": ("VocabularySummary",),
    "vocabularies.unknown_category": ("UnknownCategoryError",),
}
_PUBLIC = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'ovmr_index' has no attribute {name!r}")
    return getattr(import_module(f"ovmr_index.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return sorted(__all__)
