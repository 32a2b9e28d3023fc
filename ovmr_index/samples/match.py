"""Samples from elsewhere: each exemplar found in the index, or a substitute drawn for it."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from sqlalchemy import Connection

from ovmr_index.curation.marked import not_excluded
from ovmr_index.db.bulk import Row, insert_rows, recreate, stream_rows
from ovmr_index.samples.differences import Found, notes_of_differences, notes_of_short_lists
from ovmr_index.samples.draw_queries import FirstEntry, first_of_each
from ovmr_index.samples.filter_queries import dataset_names
from ovmr_index.samples.import_report import CategoryEntries, ImportIssue
from ovmr_index.samples.match_queries import (
    IMPORTED,
    MATCHED,
    Candidate,
    MatchedEntry,
    candidates,
    matched_entries,
    put_matched,
    put_substitutes,
    take_out,
)
from ovmr_index.samples.options import DEFAULT_SEED, Filters
from ovmr_index.samples.other_exemplars import own_synset, require_same_categories, why_another
from ovmr_index.samples.sample_file import ExemplarKey, SampleEntry, read_sample
from ovmr_index.samples.sampler import put_drawn
from ovmr_index.samples.stable_draw_queries import stable_order
from ovmr_index.vocabularies.category_queries import categories


def read_listed(connection: Connection, vocabulary_pk: int, file: Path) -> list[CategoryEntries]:
    """Return what a sample's file has of each category of a vocabulary, by category id.

    Raises RecordError for another kind of file, or one of other categories.
    """
    known = sorted(
        (category_id, category_pk, name, synset)
        for category_pk, category_id, synset, name in connection.execute(categories(vocabulary_pk))
    )
    lists = read_sample(file, [category_id for category_id, *_ in known])
    listed = [
        CategoryEntries(category_pk, category_id, name, synset, entries)
        for (category_id, category_pk, name, synset), entries in zip(known, lists, strict=True)
    ]
    require_same_categories(connection, vocabulary_pk, file, listed)
    return listed


def match(
    connection: Connection, vocabulary_pk: int, listed: Sequence[CategoryEntries], *, replace: bool
) -> tuple[list[ImportIssue], list[str]]:
    """Put into `MATCHED` what of a sample's file is in the index; return what is not, or differs.

    What the index has under the ids of an exemplar, and the file does not mean, is no match. Boxes
    that differ a little are issues, other members are notes.

    With `replace` an exemplar that is missing gets a substitute, if there is any: what the stable
    draw takes first of the category's pool and the file's list does not hold. An exemplar that is
    missing several times gets the same each time. The pools must not be stale then.
    """
    found = _find(connection, listed)
    others = _take_out_others(connection, listed, found)
    substitutes: dict[tuple[int, int], Candidate] = {}
    if replace:
        substitutes = _replace(connection, vocabulary_pk, listed, found)
    known = set(connection.execute(dataset_names()).scalars())
    problems = []
    for one in listed:
        for i, entry in enumerate(one.entries):
            at, matched = (one.category_pk, i), found.get((one.category_pk, i))
            if matched is None:
                kind, reason = "missing", others.get(at) or _why_missing(entry, known)
            elif not matched.same_box:
                kind, reason = "box", _why_box(entry, matched)
            else:
                continue
            name = substitutes[at].file_name if at in substitutes else None
            issue = ImportIssue(
                *(entry.dataset, entry.file_name),
                kind=kind,
                reason=reason,
                category_id=one.category_id,
                position=i,
                substitute=name,
            )
            problems.append(issue)
    return problems, [*notes_of_short_lists(listed), *notes_of_differences(listed, found)]


def _find(connection: Connection, listed: Sequence[CategoryEntries]) -> Found:
    """Fill `MATCHED`; return what is in it by category_pk and position."""
    recreate(connection, IMPORTED)
    recreate(connection, MATCHED)
    rows = [
        (one.category_pk, i, own_synset(one, entry) or entry.synset, *_values(entry))
        for one in listed
        for i, entry in enumerate(one.entries)
    ]
    insert_rows(connection, IMPORTED, IMPORTED.c.keys(), rows)
    connection.execute(put_matched())
    matched = map(MatchedEntry._make, stream_rows(connection, matched_entries()))
    return {(entry.category_pk, entry.position): entry for entry in matched}


def _take_out_others(
    connection: Connection, listed: Sequence[CategoryEntries], found: Found
) -> dict[tuple[int, int], str]:
    """Take out of `found` and `MATCHED` what the file does not mean; return why, by the same."""
    why = {
        (one.category_pk, i): why_another(one, entry, found[one.category_pk, i])
        for one in listed
        for i, entry in enumerate(one.entries)
        if (one.category_pk, i) in found
    }
    others = {at: reason for at, reason in why.items() if reason is not None}
    for category_pk, i in others:
        connection.execute(take_out(), {"pk": category_pk, "nth": i})
        del found[category_pk, i]
    return others


def _values(entry: SampleEntry) -> Row:
    folder, _, name = entry.file_name.rpartition("/")
    box = entry.box or (None,) * 4
    return (entry.dataset, folder, name, entry.image_id, entry.region_id, *box)


def _replace(
    connection: Connection, vocabulary_pk: int, listed: Sequence[CategoryEntries], found: Found
) -> dict[tuple[int, int], Candidate]:
    """Add a substitute to `MATCHED` for what is missing; return those by category_pk and position.

    Some may get none.
    """
    lacking = [
        one
        for one in listed
        if any((one.category_pk, i) not in found for i in range(len(one.entries)))
    ]
    longest = max((len(one.entries) for one in listed), default=0)
    spare = _first_drawn(connection, vocabulary_pk, lacking, longest)
    chosen = {
        (one.category_pk, i): candidate
        for one in lacking
        for i, candidate in _substitutes(one, found, spare.get(one.category_pk, [])).items()
    }
    put_drawn(connection, ((*at, candidate.position) for at, candidate in chosen.items()))
    connection.execute(put_substitutes())
    return chosen


def _first_drawn(
    connection: Connection, vocabulary_pk: int, lacking: Sequence[CategoryEntries], k: int
) -> dict[int, list[Candidate]]:
    """Return the first `k` that the stable draw takes of the pools of `lacking`, by category_pk.

    What is excluded is not among them.
    With the length of the longest list for `k` one is left, even if a list holds all but one.
    """
    among = not_excluded(connection, vocabulary_pk)
    keyed = stable_order(vocabulary_pk, DEFAULT_SEED, "area", Filters(), *among)
    category_pk = keyed.selected_columns.category_pk
    keyed = keyed.where(category_pk.in_([one.category_pk for one in lacking]))
    first = stream_rows(connection, first_of_each(keyed, Filters(), k))
    drawn = [entry for entry in map(FirstEntry._make, first) if not entry.weightless]
    put_drawn(
        connection,
        (
            (category_pk, rank, entry.position)
            for category_pk, entries in groupby(drawn, attrgetter("category_pk"))
            for rank, entry in enumerate(entries)
        ),
    )
    found = map(Candidate._make, stream_rows(connection, candidates()))
    return {key: list(group) for key, group in groupby(found, attrgetter("category_pk"))}


def _substitutes(
    one: CategoryEntries, found: Found, spare: Sequence[Candidate]
) -> dict[int, Candidate]:
    """Give each entry that is missing the next of `spare` that is not in the list, by position."""
    here = [found.get((one.category_pk, i)) for i in range(len(one.entries))]
    held = {_key(matched) for matched in here if matched is not None}
    free = (candidate for candidate in spare if _key(candidate) not in held)
    missing = {i: entry.key for i, entry in enumerate(one.entries) if here[i] is None}
    chosen = dict(zip(dict.fromkeys(missing.values()), free, strict=False))
    return {i: chosen[key] for i, key in missing.items() if key in chosen}


def _key(exemplar: MatchedEntry | Candidate) -> ExemplarKey:
    return exemplar.dataset, exemplar.file_name, exemplar.region_id


def _why_missing(entry: SampleEntry, datasets: set[str]) -> str:
    if entry.dataset not in datasets:
        return f"the index holds no dataset {entry.dataset}"
    if entry.region_id is None:
        return "the index holds no such file"
    return f"the index holds no {entry.describe()} on this file"


def _why_box(entry: SampleEntry, here: MatchedEntry) -> str:
    held = [here.x, here.y, here.w, here.h]
    return f"{entry.describe()} is {list(entry.box or ())} in the file, {held} here"
