"""One tree that several processes read, each a share of its classes, in any order.

Each share is one transaction. The source is whole once all of them were read; until then units of
work say which are not.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, select

from ovmr_index.db.bulk import insert_rows
from ovmr_index.db.engine import lock, lock_shared
from ovmr_index.db.models import Dataset, Source, WorkUnit
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue, UsageError, command, counted, option
from ovmr_index.formats.base import ImageTreeReader, SharedReader
from ovmr_index.formats.shares import Share
from ovmr_index.formats.table import find_format, format_of
from ovmr_index.images.measurements import WRITTEN, restore
from ovmr_index.ingest.ended_change import end_change
from ovmr_index.ingest.file_state import relative_path
from ovmr_index.ingest.problems import last_problems
from ovmr_index.ingest.replaced import root_notes
from ovmr_index.ingest.report import Counts, SourceReport
from ovmr_index.ingest.share_queries import (
    delete_shares,
    end_share,
    folder_paths,
    image_count,
    job_of,
    open_shares,
)
from ovmr_index.ingest.source_state import SourceState
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.stored_runs import has_other_problems, store_run
from ovmr_index.ingest.stored_sources import StoredSource, source_pk_of, store_source, written
from ovmr_index.ingest.trees import TreeLoad, list_again
from ovmr_index.ingest.vanishing import VanishLimit
from ovmr_index.processes import collector_paused

_UNIT = ("job", "unit", "payload", "state", "tries")
_NAMED = 6  # shards that are named of those to be read


def require_whole(sources: Sequence[SourceSpec], *, dry_run: bool, rehash: bool) -> None:
    """Raise UsageError for what is asked of a shard and is done with a source as a whole."""
    is_shared = any(spec.share is not None for spec in sources)
    for name, is_given in (("dry_run", dry_run), ("rehash", rehash)):
        if is_shared and is_given:
            given = option(name, value=True)
            raise UsageError(f"{given} is for a whole source; leave it out, or {option('shard')}")


def forget_shares(connection: Connection, name: str) -> None:
    """Store that a source was read as a whole."""
    connection.execute(delete_shares(name))


def missing_shares(connection: Connection) -> dict[str, list[str]]:
    """Return the shards that are still to be read of each source that is read in shards."""
    missing: dict[str, list[str]] = {}
    for source, share in connection.execute(open_shares()):
        missing.setdefault(source, []).append(share)
    return missing


def describe_missing(missing: Sequence[str]) -> str:
    """Return how many shards of a source were read, and which were not, in words."""
    count = Share.read(missing[0]).of
    named = ", ".join(missing[:_NAMED]) + (", …" if len(missing) > _NAMED else "")
    return f"{count - len(missing):,} of {counted(count, 'shard')} read; still to be read: {named}"


class ShareIngest:
    """The ingest of a share of a tree."""

    def __init__(self, session: Session, spec: SourceSpec, share: Share) -> None:
        """Open the tree; raises UsageError for one that has no shares."""
        self._session, self._spec, self._share = session, spec, share
        self._state = SourceState(spec, session.root)
        options = spec.options
        self._reader: ImageTreeReader = find_format(spec.format).open_tree(
            spec.path, options.layout, follow_links=options.follow_links
        )
        if not isinstance(self._reader, SharedReader):
            raise UsageError(f"{spec.name}: a tree of format {spec.format} has no shards")
        self._reader.take_share(share)

    def run(self, *, allow_vanished: bool) -> SourceReport:
        """Bring the rows of the share to what its files say, in one transaction or not at all.

        Raises what `ingest_source` does, and UsageError where others read another number of shards.
        """
        started = time.perf_counter()
        moved = self._begin()
        of = f"{written(self._spec.name)}, shard {self._share}"
        with self._session.write(bulk=True, of=of) as connection:
            lock_shared(connection, written(self._spec.name))
            source_pk = source_pk_of(connection, self._spec.name)
            if source_pk is None:
                raise UsageError(f"{self._spec.name} was removed meanwhile; run it again")
            load = TreeLoad(connection, source_pk, self._reader, self._share)
            load.root = self._spec.images
            limit = VanishLimit(connection, self._spec, self._session.root, allowed=allow_vanished)
            noun = format_of(self._spec.format).counted.removesuffix("s")
            load.before_removal = partial(limit.require, noun)
            with collector_paused():
                counts = load.run(self._session.progress, self._spec.name)
            return self._end(
                connection, StoredSource(source_pk, is_new=False), load, counts, moved, started
            )

    def _begin(self) -> list[str]:
        """Store the source and its shards where it is new, or read otherwise now.

        Returns what is to be said of that.
        """
        with self._session.read() as connection:
            if self._is_begun(connection):
                return []
            is_new = source_pk_of(connection, self._spec.name) is None
        name = written(self._spec.name)
        with self._session.write(of=f"{name}, its shards" if is_new else name) as connection:
            lock_shared(connection, name)
            if self._is_begun(connection):
                return []
            moved = root_notes(connection, self._spec, self._session.root)
            source = store_source(connection, self._spec, self._session.root)
            if not source.is_new:
                list_again(connection, source.pk)
            else:  # its first share is a change of it, as each other one
                nothing = SourceReport(self._spec.name, self._spec.format, Counts(), [], 0.0)
                store_run(connection, nothing)
            self._state.store(connection, source.pk)
            connection.execute(delete_shares(self._spec.name))
            units = [
                (job_of(self._spec.name), str(Share(number, self._share.of)), "{}", "waiting", 0)
                for number in range(1, self._share.of + 1)
            ]
            insert_rows(connection, WorkUnit, _UNIT, units)
        return moved

    def _is_begun(self, connection: Connection) -> bool:
        """Return whether the source is there as it is to be read now.

        Raises UsageError where others read another number of shards of it.
        """
        root = select(Dataset.c.root).join(Source).where(Source.c.name == self._spec.name)
        here = relative_path(self._spec.images, self._session.root)
        if connection.execute(root).scalar() != here:
            return False
        if not self._state.has_same_options(connection):
            return False
        missing = missing_shares(connection).get(self._spec.name)
        if missing and Share.read(missing[0]).of != self._share.of:
            raise UsageError(
                f"{self._spec.name}: {describe_missing(missing)}; read these first, or all of it by"
                f" {command('ingest imagenet')}, and then in {self._share.of:,}"
            )
        return True

    def _end(
        self,
        connection: Connection,
        source: StoredSource,
        load: TreeLoad,
        counts: Counts,
        moved: list[str],
        started: float,
    ) -> SourceReport:
        """Store that the share was read; return what was done.

        What is stored of others' shares meanwhile is waited for.
        """
        lock(connection, WRITTEN)
        notes = [*load.notes(), *moved]
        restore(connection, self._spec.name, str(self._spec.images))
        if load.changed:
            notes += end_change(connection, source, lost=counts.vanished > 0, renamed=0)
        whole = self._store_share(connection, notes)
        found = load.found
        if whole and (release_of := format_of(self._spec.format).release_of) is not None:
            paths = connection.execute(folder_paths(source.pk)).scalars()
            found = ", ".join(filter(None, (found, release_of(paths))))
        report = SourceReport(
            self._spec.name,
            self._spec.format,
            counts,
            self._reader.problems,
            round(time.perf_counter() - started, 3),
            notes,
            found,
            {"class folders": load.folder_counts},
        )
        self._store_run(connection, source.pk, report)
        return report

    def _store_share(self, connection: Connection, notes: list[str]) -> bool:
        """Return whether the source is whole now; what it lacks is put into the notes."""
        connection.execute(end_share(self._spec.name, str(self._share)))
        missing = missing_shares(connection).get(self._spec.name)
        if missing:
            notes.append(describe_missing(missing))
        else:
            connection.execute(delete_shares(self._spec.name))
        return not missing

    def _store_run(self, connection: Connection, source_pk: int, report: SourceReport) -> None:
        """Store a run of the source, in which the shares of others are unchanged."""
        counts = report.counts
        mine = counts.added + counts.changed + counts.unchanged
        others = connection.execute(image_count(source_pk)).scalar_one() - mine
        run = replace(
            report,
            counts=replace(counts, unchanged=counts.unchanged + others),
            problems=[*self._problems_of_others(connection), *report.problems],
        )
        if report.did_work or has_other_problems(connection, run):
            store_run(connection, run)

    def _problems_of_others(self, connection: Connection) -> list[Issue]:
        before = last_problems(connection, self._spec.name)
        mine = {*self._reader.problems}
        return [one for one in before if not self._share.owns(one) and one not in mine]
