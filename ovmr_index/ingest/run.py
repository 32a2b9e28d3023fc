"""Records to tables: change detection, batches, one transaction a source."""

import time
from ovmr_index.db.session import Session
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select

from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.computed import drop_broken_pools
from ovmr_index.db.engine import reading, writing
from ovmr_index.db.models import IngestError, IngestRun, Region, Source, table
from ovmr_index.formats.base import PictureTreeReader
from ovmr_index.formats.imagenet import ImageNetReader
from ovmr_index.formats.records import ReadProblem
from ovmr_index.formats.stream import Child, open_feed, reading_apart
from ovmr_index.formats.table import PICTURE_TREE_READERS, annotation_files, is_annotated
from ovmr_index.ingest.annotations import AnnotationLoad
from ovmr_index.ingest.blocks import known_blocks
from ovmr_index.ingest.files import (
    digest,
    look_at,
    relative_path,
    remember,
    same_by_content,
    same_by_time,
)
from ovmr_index.ingest.folders import FolderLoad
from ovmr_index.ingest.report import Counts, SourceReport
from ovmr_index.ingest.source_state import (
    check_place,
    grow_generation,
    keep_options,
    same_options,
    same_root,
    source_row,
)
from ovmr_index.ingest.sources import Place
from ovmr_index.ingest.trees import TreeLoad
from ovmr_index.progress import Progress


class _Outcome(NamedTuple):
    """What the ingest of a source did, what it left out, and what is good to know."""

    counts: Counts
    problems: list[ReadProblem]
    notes: list[str]
    found: str = ""


def reading_ahead(place: Place) -> AbstractContextManager[Child | None]:
    """Start to read a source before there is an index for it, if that is worth it."""
    return reading_apart(place.format, place.path) if is_annotated(place.format) else nullcontext()


def ingest_place(
    session: Session, place: Place, child: Child | None = None
) -> SourceReport:
    """Bring the rows of one source to what its files say, in one transaction or not at all.

    `child` reads it already, if `reading_ahead` has started that.

    Raises RecordError for a file or a record that is not what it should be, UsageError for a name
    that stands for something else; then the index is as it was before.
    """
    started = time.perf_counter()
    with session.read() as connection:
        check_place(connection, place, session.root)
    if is_annotated(place.format):
        outcome = _annotations(session, place, child)
    else:
        outcome = _tree(session, place)
    counts, problems, notes, found = outcome
    seconds = round(time.perf_counter() - started, 3)
    report = SourceReport(place.name, place.format, counts, problems, seconds, notes, found)
    if counts.did_work or problems:
        _remember_run(session, report)
    return report


def _annotations(
    session: Session, place: Place, child: Child | None
) -> _Outcome:
    root = session.root
    mapping = () if place.options.synsets is None else (place.options.synsets,)
    states = look_at((*annotation_files(place.format, place.path), *mapping), root)
    with ThreadPoolExecutor(1) as hashing:  # beside the parsing, which it outruns
        pending = [hashing.submit(digest, state.file) for state in states]
        with session.read() as connection:
            known = connection.execute(select(Source.id).where(Source.name == place.name)).scalar()
            if known is not None and (
                same_options(connection, known, place, root)
                and same_root(connection, known, place, root)
                and same_by_time(connection, known, states)
            ):
                return _unchanged(connection, known)
        with session.write(bulk=True) as connection:
            source_id, is_new = source_row(connection, place, relative_path(place.pictures, root))
            if (
                not is_new
                and same_options(connection, source_id, place, root)
                and same_by_content(connection, source_id, [one.result() for one in pending])
            ):
                remember(connection, source_id, states, [one.result() for one in pending])
                return _unchanged(connection, source_id)
            keep_options(connection, source_id, place, root)
            blocks = known_blocks(connection, source_id, place)
            with open_feed(place.format, place.path, blocks, child) as feed:
                load = AnnotationLoad(connection, source_id, place, feed)
                counts = load.run(session.progress)
            remember(connection, source_id, states, [one.result() for one in pending])
            if not is_new:
                grow_generation(connection, source_id)
            broken = counts.vanished > 0 or not feed.same_images
            gone = _gone(connection) if broken else []
            return _Outcome(counts, feed.problems, [*load.notes(), *gone])


def _tree(session: Session, place: Place) -> _Outcome:
    reader = _tree_reader(place)
    with session.write(bulk=True) as connection:
        source_id, is_new = source_row(connection, place, relative_path(place.pictures, session.root))
        keep_options(connection, source_id, place, session.root)
        load = _tree_load(connection, source_id, place, reader)
        counts = load.run(session.progress, place.name)
        if load.changed and not is_new:
            grow_generation(connection, source_id)
        broken = load.changed and (counts.vanished > 0 or place.format == "folder")
        gone = _gone(connection) if broken else []
        return _Outcome(counts, reader.problems, [*load.notes(), *gone], load.found)


def _tree_reader(place: Place) -> PictureTreeReader:
    if place.options.layout is not None:
        return ImageNetReader(place.path, place.options.layout)
    return PICTURE_TREE_READERS[place.format](place.path)


def _tree_load(
    connection: Connection, source_id: int, place: Place, reader: PictureTreeReader
) -> TreeLoad:
    if place.format == "folder":
        return FolderLoad(connection, source_id, place, reader)
    return TreeLoad(connection, source_id, reader)


def _gone(connection: Connection) -> list[str]:
    """Empty the pools if they are broken; say how many of their exemplars are gone."""
    gone = drop_broken_pools(connection)
    return [f"{gone:,} exemplars of the pools go with what vanishes"] if gone else []


def _unchanged(connection: Connection, source_id: int) -> _Outcome:
    mine = select(func.count()).where(Region.source_id == source_id)
    return _Outcome(Counts(unchanged=connection.execute(mine).scalar_one()), [], [])


def _remember_run(session: Session, report: SourceReport) -> None:
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
        run_id = connection.execute(made.returning(IngestRun.id)).scalar_one()
        rows = [(run_id, i, *problem) for i, problem in enumerate(report.problems)]
        columns = ("run_id", "position", "file", "record", "reason")
        insert_rows(connection, table(IngestError), columns, rows)
