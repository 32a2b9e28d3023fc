"""Records to tables: change detection, batches, one transaction a source."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from ovmr_index.db import statistics
from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.computed import drop_broken_pools
from ovmr_index.db.models import IngestError, IngestRun, Region, Source, table
from ovmr_index.db.session import Session
from ovmr_index.formats.base import ImageTreeReader
from ovmr_index.formats.imagenet import ImageNetReader
from ovmr_index.formats.records import ReadProblem
from ovmr_index.formats.stream import Subprocess, open_stream, read_in_subprocess
from ovmr_index.formats.table import IMAGE_TREE_READERS, annotation_files, is_annotated
from ovmr_index.ingest.annotations import AnnotationLoad
from ovmr_index.ingest.blocks import known_blocks
from ovmr_index.ingest.files import (
    digest,
    relative_path,
    same_by_content,
    same_by_time,
    stat_files,
    store,
)
from ovmr_index.ingest.folders import FolderLoad
from ovmr_index.ingest.report import Counts, SourceReport
from ovmr_index.ingest.source_state import (
    check_spec,
    find_or_add_source,
    grow_generation,
    keep_options,
    same_options,
    same_root,
)
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.trees import TreeLoad


class _Outcome(NamedTuple):
    """What the ingest of a source did, what it left out, and what is good to know."""

    counts: Counts
    problems: list[ReadProblem]
    notes: list[str]
    found: str = ""


def read_ahead(spec: SourceSpec) -> AbstractContextManager[Subprocess | None]:
    """Start to read a source before there is an index for it, if that is worth it."""
    return (
        read_in_subprocess(spec.format, spec.path) if is_annotated(spec.format) else nullcontext()
    )


def ingest_source(
    session: Session, spec: SourceSpec, child: Subprocess | None = None
) -> SourceReport:
    """Bring the rows of one source to what its files say, in one transaction or not at all.

    `child` reads it already, if `read_ahead` has started that.

    Raises RecordError for a file or a record that is not what it should be, UsageError for a name
    that stands for something else; then the index is as it was before.
    """
    started = time.perf_counter()
    with session.read() as connection:
        check_spec(connection, spec, session.root)
    if is_annotated(spec.format):
        outcome = _annotations(session, spec, child)
    else:
        outcome = _tree(session, spec)
    counts, problems, notes, found = outcome
    seconds = round(time.perf_counter() - started, 3)
    report = SourceReport(spec.name, spec.format, counts, problems, seconds, notes, found)
    if counts.did_work or problems:
        _store_run(session, report)
    return report


def _annotations(session: Session, spec: SourceSpec, child: Subprocess | None) -> _Outcome:
    root = session.root
    mapping = () if spec.options.synsets is None else (spec.options.synsets,)
    states = stat_files((*annotation_files(spec.format, spec.path), *mapping), root)
    with ThreadPoolExecutor(1) as hashing:  # beside the parsing, which it outruns
        pending = [hashing.submit(digest, state.file) for state in states]
        with session.read() as connection:
            known = connection.execute(select(Source.pk).where(Source.name == spec.name)).scalar()
            if known is not None and (
                same_options(connection, known, spec, root)
                and same_root(connection, known, spec, root)
                and same_by_time(connection, known, states)
            ):
                return _unchanged(connection, known)
        with session.write(bulk=True) as connection:
            source_pk, is_new = find_or_add_source(
                connection, spec, relative_path(spec.pictures, root)
            )
            if (
                not is_new
                and same_options(connection, source_pk, spec, root)
                and same_by_content(connection, source_pk, [one.result() for one in pending])
            ):
                store(connection, source_pk, states, [one.result() for one in pending])
                return _unchanged(connection, source_pk)
            keep_options(connection, source_pk, spec, root)
            blocks = known_blocks(connection, source_pk, spec)
            with open_stream(spec.format, spec.path, blocks, child) as stream:
                load = AnnotationLoad(connection, source_pk, spec, stream)
                counts = load.run(session.progress)
            store(connection, source_pk, states, [one.result() for one in pending])
            if not is_new:
                grow_generation(connection, source_pk)
            statistics.refresh(connection)
            broken = counts.vanished > 0 or not stream.same_images
            gone = _gone(connection) if broken else []
            return _Outcome(counts, stream.problems, [*load.notes(), *gone])


def _tree(session: Session, spec: SourceSpec) -> _Outcome:
    reader = _tree_reader(spec)
    with session.write(bulk=True) as connection:
        source_pk, is_new = find_or_add_source(
            connection, spec, relative_path(spec.pictures, session.root)
        )
        keep_options(connection, source_pk, spec, session.root)
        load = _tree_load(connection, source_pk, spec, reader)
        counts = load.run(session.progress, spec.name)
        if load.changed and not is_new:
            grow_generation(connection, source_pk)
        if load.changed:
            statistics.refresh(connection)
        broken = load.changed and (counts.vanished > 0 or spec.format == "folder")
        gone = _gone(connection) if broken else []
        return _Outcome(counts, reader.problems, [*load.notes(), *gone], load.found)


def _tree_reader(spec: SourceSpec) -> ImageTreeReader:
    if spec.options.layout is not None:
        return ImageNetReader(spec.path, spec.options.layout)
    return IMAGE_TREE_READERS[spec.format](spec.path)


def _tree_load(
    connection: Connection, source_pk: int, spec: SourceSpec, reader: ImageTreeReader
) -> TreeLoad:
    if spec.format == "folder":
        return FolderLoad(connection, source_pk, spec, reader)
    return TreeLoad(connection, source_pk, reader)


def _gone(connection: Connection) -> list[str]:
    """Empty the pools if they are broken; say how many of their exemplars are gone."""
    gone = drop_broken_pools(connection)
    return [f"{gone:,} exemplars of the pools go with what vanishes"] if gone else []


def _unchanged(connection: Connection, source_pk: int) -> _Outcome:
    mine = select(func.count()).where(Region.source_pk == source_pk)
    return _Outcome(Counts(unchanged=connection.execute(mine).scalar_one()), [], [])


def _store_run(session: Session, report: SourceReport) -> None:
    with session.write() as connection:
        counts = report.counts
        made = insert(IngestRun).values(
            source=report.name,
            ended_at=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=report.seconds,
            added=counts.added,
            changed=counts.changed,
            unchanged=counts.unchanged,
            vanished=counts.vanished,
            errors=len(report.problems),
        )
        run_pk = connection.execute(made.returning(IngestRun.pk)).scalar_one()
        rows = [(run_pk, i, *problem) for i, problem in enumerate(report.problems)]
        columns = ("run_pk", "position", "file", "record", "reason")
        insert_rows(connection, table(IngestError), columns, rows)
