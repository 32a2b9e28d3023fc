"""A saved sample as a contact sheet: its picks by category, those that are gone too."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.samples import saved
from ovmr_index.samples.provenance import Provenance
from ovmr_index.samples.sheet_queries import SheetTile, sheet_categories, sheet_tiles
from ovmr_index.samples.stale import stale_notes
from ovmr_index.vocabularies.names import LVIS_TRAIN


class SheetRow(NamedTuple):
    """A category of a sample, called as when it was drawn, and its tiles in the order drawn."""

    category_id: int
    category: str
    synset: str
    tiles: tuple[SheetTile, ...]


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """A saved sample: how it was drawn and when (UTC), what it holds, what has changed since.

    `stale` has a line for category ids that have changed and one for sources that have.
    """

    name: str
    created_at: str
    provenance: Provenance
    rows: list[SheetRow]
    stale: list[str]

    @property
    def vocabulary(self) -> str:
        """The vocabulary that it was drawn for."""
        return self.provenance.vocabulary or LVIS_TRAIN

    @property
    def exemplars(self) -> int:
        """How many exemplars it held when it was saved."""
        return sum(len(row.tiles) for row in self.rows)

    @property
    def missing(self) -> int:
        """How many of these are not in the index any more."""
        return sum(tile.missing for row in self.rows for tile in row.tiles)

    @property
    def short(self) -> int:
        """How many categories have fewer than K exemplars."""
        return sum(len(row.tiles) < self.provenance.k for row in self.rows)


def read_sheet(connection: Connection, name: str) -> SampleSheet:
    """Return a saved sample as a contact sheet; raises UsageError without one of that name."""
    sample_pk = saved.find_sample(connection, name)
    tiles = (SheetTile._make(row) for row in connection.execute(sheet_tiles(name)))
    held = {key: tuple(found) for key, found in groupby(tiles, attrgetter("category_id"))}
    rows = [
        SheetRow(key, category or synset, synset, held.get(key, ()))
        for key, category, synset in connection.execute(sheet_categories(sample_pk))
    ]
    return SampleSheet(
        name,
        saved.drawn_at(connection, name),
        saved.find_provenance(connection, name),
        rows,
        stale_notes(connection, name, sample_pk),
    )
