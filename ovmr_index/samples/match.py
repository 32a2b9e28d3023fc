"""Samples from elsewhere: each exemplar found in the index, or a substitute drawn for it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from ovmr_index import __version__
from ovmr_index.db.bulk import Row, insert_rows, recreate, stream_rows
from ovmr_index.samples.draw_queries import drawn_entries, first_of_each, stable_order
from ovmr_index.samples.filter_queries import dataset_names
from ovmr_index.samples.match_queries import IMPORTED, found_entries
from ovmr_index.samples.options import DrawOptions, Filters
from ovmr_index.samples.provenance import Provenance, fingerprints_of, recipe_of
from ovmr_index.samples.sample_file import SampleEntry
from ovmr_index.samples.sampler import CategoryDraw, put_drawn
from ovmr_index.vocabularies.category_queries import categories

METHOD = "imported"
SEED = DrawOptions().seed  # of the substitutes' draw

ExemplarKey = tuple[str, str, int | None]


class ImportProblem(NamedTuple):
    """An exemplar of a sample's file that is missing in the index, or has another box there.

    `position` is its place among those of its category, from 0. `substitute` is the file name of
    what was drawn for it.
    """

    category_id: int
    position: int
    dataset: str
    file_name: str
    kind: Literal["missing", "box"]
    reason: str
    substitute: str | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a sample's file: of its `exemplars` some are `here` and some are not.

    `boxes` of those that are here have another box than the file says. `saved` tells whether the
    sample was kept.
    """

    name: str
    vocabulary: str
    categories: int
    exemplars: int
    here: int
    missing: int
    replaced: int
    boxes: int
    saved: bool
    problems: list[ImportProblem]


class Match(NamedTuple):
    """What of a file is in the index: rows as `queries.exemplars` returns entries, and problems.

    Rows are by category and position, without those that are missing.
    """

    rows: list[Row]
    problems: list[ImportProblem]


def category_list(connection: Connection, vocabulary_pk: int) -> list[CategoryDraw]:
    """Return the categories of a vocabulary by id, without exemplars."""
    found = [
        CategoryDraw(row, key, synset, 0, [])
        for row, key, synset, _ in stream_rows(connection, categories(vocabulary_pk))
    ]
    return sorted(found, key=lambda one: one.category_id)


def match(
    connection: Connection,
    vocabulary_pk: int,
    wanted: Sequence[CategoryDraw],
    lists: Sequence[Sequence[SampleEntry]],
    *,
    replace_missing: bool,
) -> Match:
    """Find in the index the entries of `lists`, one list for each category of `wanted`.

    With `replace_missing` one that is missing gets a substitute, if there is any: what the stable
    draw takes first of the category's pool and its list does not hold, in each place of the same
    one the same. The pools must not be stale then.
    """
    found = _find(connection, wanted, lists)
    known = set(connection.execute(dataset_names()).scalars())
    spare: dict[int, list[Row]] = {}
    if replace_missing:
        spare = _first_drawn(connection, vocabulary_pk, _lacking(wanted, lists, found), lists)
    rows, problems = [], []
    for one, entries in zip(wanted, lists, strict=True):
        here = [found.get((one.category_id, i)) for i in range(len(entries))]
        substitutes = _substitutes(entries, here, spare.get(one.category_id, []))
        for i, (entry, row) in enumerate(zip(entries, here, strict=True)):
            substitute = substitutes.get(_names(entry)) if row is None else None
            place = (one.category_id, i, entry.dataset, entry.file_name)
            if row is None:
                name = None if substitute is None else substitute[7]
                problems.append(ImportProblem(*place, "missing", _why_missing(entry, known), name))
            elif not row[16]:
                problems.append(ImportProblem(*place, "box", _why_box(entry, row)))
            rows += [one for one in (row, substitute) if one is not None]
    return Match(rows, problems)


def report(
    name: str,
    vocabulary: str,
    lists: Sequence[Sequence[SampleEntry]],
    found: Match,
    allow_missing: bool,
) -> ImportReport:
    """Return what a sample of that name is to be: kept if all is there, or may be missing."""
    exemplars = sum(map(len, lists))
    missing = [one for one in found.problems if one.kind == "missing"]
    replaced = sum(one.substitute is not None for one in missing)
    return ImportReport(
        name,
        vocabulary,
        categories=len(lists),
        exemplars=exemplars,
        here=exemplars - len(missing),
        missing=len(missing),
        replaced=replaced,
        boxes=len(found.problems) - len(missing),
        saved=allow_missing or replaced == len(missing),
        problems=found.problems,
    )


def origin(
    connection: Connection,
    vocabulary_pk: int,
    file: Path,
    lists: Sequence[Sequence[SampleEntry]],
    report: ImportReport,
) -> Provenance:
    """Return where a sample comes from that was read from `file`."""
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return Provenance(
        k=max(1, *map(len, lists)),
        seed=SEED,
        method=METHOD,
        weight="area" if report.replaced else None,
        on_shortage="take-all",
        vocabulary=report.vocabulary,
        version=__version__,
        filters={},
        recipe=recipe_of(connection, vocabulary_pk) if report.replaced else None,
        fingerprints={**fingerprints_of(connection), METHOD: {file.name: sha256}},
    )


def _find(
    connection: Connection, wanted: Sequence[CategoryDraw], lists: Sequence[Sequence[SampleEntry]]
) -> dict[tuple[int, int], Row]:
    """Return the row of what is in the index by category id and position.

    Where two annotation files of a dataset have the same region, it is that of the first.
    """
    recreate(connection, IMPORTED)
    entries = [
        (one.category_pk, i, *_values(entry))
        for one, entries in zip(wanted, lists, strict=True)
        for i, entry in enumerate(entries)
    ]
    insert_rows(connection, IMPORTED, IMPORTED.c.keys(), entries)
    found: dict[tuple[int, int], Row] = {}
    for row in stream_rows(connection, found_entries()):
        found.setdefault((row[0], row[15]), row)
    return found


def _values(entry: SampleEntry) -> Row:
    folder, _, name = entry.file_name.rpartition("/")
    box = entry.box or (None,) * 4
    return (entry.synset, entry.dataset, folder, name, entry.image_id, entry.region_id, *box)


def _lacking(
    wanted: Sequence[CategoryDraw],
    lists: Sequence[Sequence[SampleEntry]],
    found: dict[tuple[int, int], Row],
) -> list[CategoryDraw]:
    """Return the categories of which something is missing."""
    return [
        one
        for one, entries in zip(wanted, lists, strict=True)
        if any((one.category_id, i) not in found for i in range(len(entries)))
    ]


def _first_drawn(
    connection: Connection,
    vocabulary_pk: int,
    lacking: Sequence[CategoryDraw],
    lists: Sequence[Sequence[SampleEntry]],
) -> dict[int, list[Row]]:
    """Return what the stable draw takes of the pools of `lacking`, by category id.

    As many as the longest list has: even if that holds all but one of them, one is left.
    """
    keyed = stable_order(vocabulary_pk, SEED, "area", Filters())
    category = keyed.selected_columns.category_pk
    keyed = keyed.where(category.in_([one.category_pk for one in lacking]))
    first = first_of_each(keyed, Filters(), max(map(len, lists), default=0))
    positions: dict[int, list[int]] = {one.category_pk: [] for one in lacking}
    for category_pk, position, weightless in stream_rows(connection, first):
        if not weightless:
            positions[category_pk].append(position)
    put_drawn(connection, [one._replace(positions=positions[one.category_pk]) for one in lacking])
    rows = groupby(stream_rows(connection, drawn_entries()), itemgetter(0))
    return {category_id: list(group) for category_id, group in rows}


def _substitutes(
    entries: Sequence[SampleEntry], here: Sequence[Row | None], spare: Sequence[Row]
) -> dict[ExemplarKey, Row]:
    """Give each entry that is not `here` the next of `spare` that is not; some may get none."""
    held = {(row[3], row[7], row[14]) for row in here if row is not None}
    free = (row for row in spare if (row[3], row[7], row[14]) not in held)
    missing = dict.fromkeys(
        _names(entry) for entry, row in zip(entries, here, strict=True) if row is None
    )
    return dict(zip(missing, free, strict=False))


def _names(entry: SampleEntry) -> ExemplarKey:
    return entry.dataset, entry.file_name, entry.region_id


def _why_missing(entry: SampleEntry, datasets: set[str]) -> str:
    if entry.dataset not in datasets:
        return f"the index holds no dataset {entry.dataset}"
    if entry.region_id is None:
        return "the index holds no such file"
    return f"the index holds no box {entry.region_id} on this file"


def _why_box(entry: SampleEntry, row: Row) -> str:
    return f"box {entry.region_id} is {list(entry.box or ())} in the file, {list(row[8:12])} here"
