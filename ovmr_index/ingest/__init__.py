"""Records to tables: change detection, batches, one transaction a source."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select

from ovmr_index.db.engine import insert_rows, reading, writing
from ovmr_index.db.models import Hypernym, IngestError, IngestRun, Region, Source, Synset, table
from ovmr_index.ingest.annotations import AnnotationLoad
from ovmr_index.ingest.files import (
    digest,
    look_at,
    relative_path,
    remember,
    same_by_content,
    same_by_time,
)
from ovmr_index.ingest.report import Counts, SourceReport
from ovmr_index.ingest.rows import drop_pools, grow_generation, source_row
from ovmr_index.ingest.trees import TreeLoad
from ovmr_index.progress import Progress
from ovmr_index.records import ReadProblem
from ovmr_index.sources import ANNOTATION_FILES, ANNOTATION_READERS, PICTURE_TREE_READERS
from ovmr_index.sources.feed import open_feed
from ovmr_index.sources.layout import Place
from ovmr_index.sources.wordnet import read_nouns


def load_wordnet(connection: Connection) -> None:
    """Fill a new index with the noun synsets of WordNet 3.0 and their hypernyms."""
    nouns = list(read_nouns())
    ids = {noun.wnid: position for position, noun in enumerate(nouns, 1)}
    columns = ("id", "name", "wnid", "lemmas")
    rows = [(ids[noun.wnid], noun.name, noun.wnid, " ".join(noun.lemmas)) for noun in nouns]
    insert_rows(connection, table(Synset), columns, rows)
    edges = [
        (ids[noun.wnid], ids[above], instance)
        for noun in nouns
        for instance, hypernyms in enumerate((noun.hypernyms, noun.instance_hypernyms))
        for above in hypernyms
    ]
    insert_rows(connection, table(Hypernym), ("synset_id", "hypernym_id", "instance"), edges)


def ingest_place(engine: Engine, place: Place, root: Path, progress: Progress) -> SourceReport:
    """Bring the rows of one source to what its files say, in one transaction or not at all.

    Raises RecordError for a file or a record that is not what it should be; then the index is as
    it was before.
    """
    started = time.perf_counter()
    ingest = _annotations if place.format in ANNOTATION_READERS else _tree
    counts, problems = ingest(engine, place, root, progress)
    report = SourceReport(
        place.name, place.format, counts, problems, round(time.perf_counter() - started, 3)
    )
    if counts.did_work or problems:
        _remember_run(engine, report)
    return report


def _annotations(
    engine: Engine, place: Place, root: Path, progress: Progress
) -> tuple[Counts, list[ReadProblem]]:
    states = look_at(ANNOTATION_FILES[place.format](place.path), root)
    with ThreadPoolExecutor(1) as hashing:  # beside the parsing, which it outruns
        digests = hashing.map(digest, [state.file for state in states])
        with reading(engine) as connection:
            known = connection.execute(select(Source.id).where(Source.name == place.name)).scalar()
            if known is not None and same_by_time(connection, known, states):
                return Counts(unchanged=_count_regions(connection, known)), []
        with writing(engine, bulk=True) as connection:
            source_id, is_new = source_row(connection, place, relative_path(place.pictures, root))
            if not is_new and same_by_content(connection, source_id, found := list(digests)):
                remember(connection, source_id, states, found)
                return Counts(unchanged=_count_regions(connection, source_id)), []
            with open_feed(place.format, place.path) as feed:
                counts = AnnotationLoad(connection, source_id, place, feed).run(progress)
            remember(connection, source_id, states, list(digests) if is_new else found)
            _finish(connection, source_id, counts, is_new=is_new, changed=True)
            return counts, feed.problems


def _tree(
    engine: Engine, place: Place, root: Path, progress: Progress
) -> tuple[Counts, list[ReadProblem]]:
    reader = PICTURE_TREE_READERS[place.format](place.path)
    with writing(engine, bulk=True) as connection:
        source_id, is_new = source_row(connection, place, relative_path(place.pictures, root))
        load = TreeLoad(connection, source_id, reader)
        counts = load.run(progress, place.name)
        _finish(connection, source_id, counts, is_new=is_new, changed=load.changed)
    return counts, reader.problems


def _finish(
    connection: Connection, source_id: int, counts: Counts, *, is_new: bool, changed: bool
) -> None:
    if changed and not is_new:
        grow_generation(connection, source_id)
    if counts.vanished:
        drop_pools(connection)


def _count_regions(connection: Connection, source_id: int) -> int:
    mine = select(func.count()).where(Region.source_id == source_id)
    return connection.execute(mine).scalar_one()


def _remember_run(engine: Engine, report: SourceReport) -> None:
    with writing(engine) as connection:
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
