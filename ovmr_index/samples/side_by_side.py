"""Two saved samples side by side: what each holds of a category, and what only it holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from ovmr_index.samples import saved
from ovmr_index.samples.sample_diff import SampledExemplar, SampleDiff, compare_samples
from ovmr_index.samples.sheet import SampleSheet, SheetRow, read_sheet
from ovmr_index.samples.sheet_queries import SheetTile
from ovmr_index.vocabularies.kept_categories import follow

_NO_ROW = SheetRow(0, "", "", ())

_Pair = tuple[SheetRow | None, SheetRow | None]


class ComparedTile(NamedTuple):
    """A pick of one of two samples, and whether only this one holds it."""

    tile: SheetTile
    is_only: bool


class ComparedRow(NamedTuple):
    """What two samples hold of one category; one that is in the second alone has its id there."""

    category_id: int
    category: str
    synset: str
    a: tuple[ComparedTile, ...]
    b: tuple[ComparedTile, ...]

    @property
    def only_a(self) -> int:
        """How many exemplars the first sample alone holds."""
        return sum(one.is_only for one in self.a)

    @property
    def only_b(self) -> int:
        """How many exemplars the second sample alone holds."""
        return sum(one.is_only for one in self.b)

    @property
    def differs(self) -> bool:
        """Whether one of them holds an exemplar that the other does not."""
        return self.only_a + self.only_b > 0


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two saved samples by category, in the order of the first; what only the second has is last.

    Categories are the same by their names and synsets, whatever their ids, as `diff` has it.
    """

    a: SampleSheet
    b: SampleSheet
    rows: list[ComparedRow]
    diff: SampleDiff

    @property
    def differing(self) -> list[ComparedRow]:
        """The categories of which one of them holds an exemplar that the other does not."""
        return [row for row in self.rows if row.differs]


def side_by_side(connection: Connection, a: str, b: str) -> SideBySide:
    """Return two samples side by side; raises UsageError without one of that name."""
    kept_a, kept_b = saved.compared(connection, a), saved.compared(connection, b)
    sheet_a, sheet_b = read_sheet(connection, a), read_sheet(connection, b)
    diff = compare_samples(kept_a, kept_b)
    followed = follow(kept_b.categories, kept_a.categories).ids
    only_a, only_b = Counter(diff.only_a), Counter(diff.only_b)
    both = {followed[row.category_id]: row for row in sheet_b.rows if row.category_id in followed}
    alone = [row for row in sheet_b.rows if row.category_id not in followed]
    pairs: list[_Pair] = [(row, both.get(row.category_id)) for row in sheet_a.rows]
    pairs += [(None, row) for row in alone]
    rows = [_compared(*pair, only_a, only_b) for pair in pairs]
    return SideBySide(sheet_a, sheet_b, rows, diff)


def _compared(
    a: SheetRow | None,
    b: SheetRow | None,
    only_a: Counter[SampledExemplar],
    only_b: Counter[SampledExemplar],
) -> ComparedRow:
    category_id, category, synset, _ = a or b or _NO_ROW
    tiles_a, tiles_b = ((row or _NO_ROW).tiles for row in (a, b))
    flagged = _flagged(tiles_a, only_a), _flagged(tiles_b, only_b)
    return ComparedRow(category_id, category, synset, *flagged)


def _flagged(
    tiles: Iterable[SheetTile], only: Counter[SampledExemplar]
) -> tuple[ComparedTile, ...]:
    """Return tiles with whether they are `only` there, of equal ones as many as are counted."""
    found = []
    for tile in tiles:
        key = SampledExemplar(tile.category_id, tile.dataset, tile.file_name, tile.region_id)
        is_only = only[key] > 0
        only[key] -= is_only
        found.append(ComparedTile(tile, is_only))
    return tuple(found)
