"""Records to tables: one source is one transaction, and what has not changed is not read again."""

import time
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from ovmr_index.db.models import Region, Source
from ovmr_index.db.postgresql_errors import is_deadlock
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.formats.base import ImageTreeReader, ShardReader
from ovmr_index.formats.stream import KnownBlocks, Subprocess, open_stream, read_in_subprocess
from ovmr_index.formats.table import find_format
from ovmr_index.images.measurements import MeasuredSource, restore
from ovmr_index.ingest.annotations import AnnotationLoad
from ovmr_index.ingest.ended_change import end_change
from ovmr_index.ingest.folders import FolderLoad
from ovmr_index.ingest.guards import HeldRecords
from ovmr_index.ingest.other_counts import OtherRecords, category_hashes, compared
from ovmr_index.ingest.other_splits import split_notes
from ovmr_index.ingest.outside_links import outside_links, still_outside
from ovmr_index.ingest.placements import placement_of
from ovmr_index.ingest.problems import last_problems
from ovmr_index.ingest.reading_shares import ShareIngest, forget_shares
from ovmr_index.ingest.replaced import ReplacedFile, root_notes
from ovmr_index.ingest.report import Counts, SourceReport
from ovmr_index.ingest.shards import ShardLoad
from ovmr_index.ingest.source_state import SourceState
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.stored_runs import has_other_problems, store_run
from ovmr_index.ingest.stored_sources import (
    check_spec,
    store_source,
    written,
)
from ovmr_index.ingest.trees import TreeLoad, list_again
from ovmr_index.ingest.vanishing import VanishLimit
from ovmr_index.processes import collector_paused

_MOST_TRIES = 10  # of a load that PostgreSQL ends for others


class _Outcome(NamedTuple):
    """What the ingest of a source did, what it left out, and what is good to know."""

    counts: Counts
    problems: list[Issue]
    notes: list[str]
    others: dict[str, Counts]
    found: str = ""


def read_ahead(spec: SourceSpec) -> AbstractContextManager[Subprocess | None]:
    """Start to read a source before there is an index for it, if that is worth it."""
    is_tree = find_format(spec.format).is_tree
    if is_tree:
        return nullcontext()
    return read_in_subprocess(spec.format, spec.path, skips=spec.options.skips)


def ingest_source(
    session: Session,
    spec: SourceSpec,
    child: Subprocess | None = None,
    *,
    allow_vanished: bool = False,
    again: bool = False,
) -> SourceReport:
    """Bring the rows of one source to what its files say, in one transaction or not at all.

    `child` reads it already, if `read_ahead` has started that. With `again` every record is read
    and compared with its rows, even where the file is the one that was read before. Of loads
    that wait for each other, as for synsets that both add, PostgreSQL ends all but one: these begin
    again.

    Raises:
        RecordError: A file or a record is not what it should be.
        UsageError: The name stands for something else.
        VanishedError: Most of what the source held would vanish, without `allow_vanished`. In each
            case the index is as before.
    """
    tries = 0
    while True:
        try:
            return _ingest(session, spec, child, allow_vanished=allow_vanished, again=again)
        except DBAPIError as error:
            tries += 1
            if tries == _MOST_TRIES or not is_deadlock(error):
                raise
        child = None  # it was read


def _ingest(
    session: Session,
    spec: SourceSpec,
    child: Subprocess | None,
    *,
    allow_vanished: bool,
    again: bool,
) -> SourceReport:
    started = time.perf_counter()
    with session.read() as connection:
        check_spec(connection, spec, session.root)
    if spec.share is not None:
        return ShareIngest(session, spec, spec.share).run(allow_vanished=allow_vanished)
    if find_format(spec.format).is_tree:
        outcome = _tree(session, spec, allow_vanished)
    else:
        outcome = _annotations(session, spec, child, allow_vanished, again=again)
    counts, problems, notes, others, found = outcome
    seconds = round(time.perf_counter() - started, 3)
    report = SourceReport(spec.name, spec.format, counts, problems, seconds, notes, found, others)
    if report.did_work or _has_other_problems(session, report):
        with session.write(of=written(spec.name)) as connection:
            store_run(connection, report)
    return report


def _has_other_problems(session: Session, report: SourceReport) -> bool:
    with session.read() as connection:
        return has_other_problems(connection, report)


def _annotations(
    session: Session,
    spec: SourceSpec,
    child: Subprocess | None,
    allow_vanished: bool,
    *,
    again: bool,
) -> _Outcome:
    state = SourceState(spec, session.root)
    with session.read() as connection:
        if not again and state.is_unchanged(connection):
            return _unchanged(connection, spec)
    with state.hashing(), session.write(bulk=True, of=written(spec.name)) as connection:
        limit = VanishLimit(connection, spec, session.root, allowed=allow_vanished)
        replaced = _replaced(connection, spec, session, state)
        moved = root_notes(connection, spec, session.root)
        source = store_source(connection, spec, session.root)
        is_same = not source.is_new and state.has_same_content(connection)
        if is_same and not again:
            state.store(connection, source.pk)
            return _unchanged(connection, spec)._replace(notes=moved)
        # Which ids there are must be known to skip those that come twice: every block is read.
        skips = spec.options.skips
        blocks = (
            KnownBlocks()
            if source.is_new or skips or again
            else state.known_blocks(connection, source.pk)
        )
        with open_stream(
            *(spec.format, spec.path, blocks, child), skips=skips, placement=placement_of(spec)
        ) as stream:
            others = OtherRecords(connection, source, same_images=stream.same_images)
            held = HeldRecords(
                *(connection, source.pk, spec, limit),
                has_same_options=state.has_same_options(connection),
            )
            measured = MeasuredSource(connection, source.pk, spec.name)
            load = AnnotationLoad(connection, source.pk, spec, stream)
            counts = load.run(session.progress)
        measured.require_files(connection)
        restore(connection, spec.name, str(spec.images))
        found = _other_counts(others, load, counts, spec)
        notes = [*load.notes(), *split_notes(connection, source.pk), *moved]
        notes += replaced.note(limit) if replaced else ()
        held.require(counts, found.get("images", Counts()), others, load.labels)
        state.store(connection, source.pk, load.blocks)
        if not is_same or counts.did_work or found:
            lost = counts.vanished > 0 or not stream.same_images
            notes += end_change(connection, source, lost=lost, renamed=load.exemplars_gone)
        problems = [*stream.problems, *outside_links(connection, spec)]
        return _Outcome(counts, problems, notes, found)


def _replaced(
    connection: Connection, spec: SourceSpec, session: Session, state: SourceState
) -> ReplacedFile | None:
    """Return the file that a source was read from before, where that was another one."""
    path = state.replaced_file(connection)
    return None if path is None else ReplacedFile(connection, spec, session.root, path)


def _other_counts(
    others: OtherRecords, load: AnnotationLoad, counts: Counts, spec: SourceSpec
) -> dict[str, Counts]:
    """Return what has changed beside the regions, and how many have another place alone."""
    found = others.counts()
    if load.moved and not counts.did_work:
        found[f"places of {find_format(spec.format).counted}"] = Counts(changed=load.moved)
    return found


def _tree(session: Session, spec: SourceSpec, allow_vanished: bool) -> _Outcome:
    source_format = find_format(spec.format)
    options = spec.options
    reader = source_format.open_tree(spec.path, options.layout, follow_links=options.follow_links)
    with session.write(bulk=True, of=written(spec.name)) as connection:
        limit = VanishLimit(connection, spec, session.root, allowed=allow_vanished)
        moved = root_notes(connection, spec, session.root)
        source = store_source(connection, spec, session.root)
        state = SourceState(spec, session.root)
        if not state.has_same_options(connection):
            list_again(connection, source.pk)
        state.store(connection, source.pk)
        categories = category_hashes(connection, source.pk)
        load = _tree_load(connection, source.pk, spec, reader)
        load.root = spec.images
        load.before_removal = partial(limit.require, source_format.counted.removesuffix("s"))
        with collector_paused():
            counts = load.run(session.progress, spec.name)
        notes = [*load.notes(), *moved]
        restore(connection, spec.name, str(spec.images))
        forget_shares(connection, spec.name)
        if load.changed:
            lost = counts.vanished > 0 or source_format.is_vocabulary
            notes += end_change(connection, source, lost=lost, renamed=load.exemplars_gone)
        labels = compared(categories, category_hashes(connection, source.pk))
        others = {"class folders": load.folder_counts, "categories": labels}
        return _Outcome(counts, reader.problems, notes, others, load.found)


def _tree_load(
    connection: Connection, source_pk: int, spec: SourceSpec, reader: ImageTreeReader
) -> TreeLoad:
    if isinstance(reader, ShardReader):
        return ShardLoad(connection, source_pk, spec, reader)
    if find_format(spec.format).is_vocabulary:
        return FolderLoad(connection, source_pk, spec, reader)
    return TreeLoad(connection, source_pk, reader)


def _unchanged(connection: Connection, spec: SourceSpec) -> _Outcome:
    source_pk = select(Source.c.pk).where(Source.c.name == spec.name).scalar_subquery()
    mine = select(func.count()).where(Region.c.source_pk == source_pk)
    counts = Counts(unchanged=connection.execute(mine).scalar_one())
    problems = still_outside(spec, last_problems(connection, spec.name))
    return _Outcome(counts, problems, [], {})
