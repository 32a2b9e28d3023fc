"""The tables of an index in groups, and what becomes of them: read, computed or kept."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from sqlalchemy import Table

MODELS = "ovmr_index.db.models"
GROUPS = {
    "Sources": "sources",
    "Images": "images",
    "Regions": "regions",
    "Vocabularies": "vocabularies",
    "Pools": "pools",
    "Samples": "samples",
    "Curation": "marks",
    "Work": "work",
}
COMPUTED = frozenset(
    {
        *("unreadable_images", "measured_files", "kept_measurements", "image_hashes"),
        *("collations", "pool_entries", "work_units"),
    }
)
KEPT = frozenset(
    {
        *("partitions", "partition_categories", "substitutes"),
        *("samples", "sample_categories", "sample_picks"),
        *("exemplar_marks", "mark_steps", "mark_changes"),
        *("ingest_runs", "ingest_errors"),
    }
)
KINDS = {
    "read": "what files say, WordNet's among them: `ingest` reads it again",
    "computed": "made of what was read: it can be dropped and is made again",
    "kept": "what people decided, and what commands did: nothing else holds it",
}


class Described(NamedTuple):
    """A table with the docstring of its columns."""

    table: Table
    description: str

    @property
    def kind(self) -> str:
        """What becomes of its rows, a key of `KINDS`."""
        name = self.table.name
        return "computed" if name in COMPUTED else "kept" if name in KEPT else "read"


class Group(NamedTuple):
    """Tables that are filled together."""

    title: str
    description: str
    tables: list[Described]


def groups() -> list[Group]:
    """Return every table, by the file that it is in."""
    return [_group(title, import_module(f"{MODELS}.{name}")) for title, name in GROUPS.items()]


def _group(title: str, module: ModuleType) -> Group:
    return Group(title, inspect.getdoc(module) or "", [*_tables(module)])


def _tables(module: ModuleType) -> Iterator[Described]:
    for name, table in vars(module).items():
        if isinstance(table, Table):
            yield Described(table, inspect.getdoc(getattr(module, f"{name}Columns")) or "")
