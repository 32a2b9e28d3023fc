"""What has changed is marked, so that the next ingest and the next use read it again."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, Select, select, update
from sqlalchemy.exc import DBAPIError

from ovmr_index.db import database_errors
from ovmr_index.db.models import Archive, Dataset, Folder, Image, Source, SourceFile
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.images.measurements import forget, forget_source
from ovmr_index.processes import batches

_PART = 512  # bound values of a statement; SQLite takes 999 everywhere
_BY_KIND = attrgetter("dataset", "kind")
_WITH_TIME = (SourceFile, Folder, Archive)  # what is read again where its time is not known


def mark_stale(session: Session, issues: Sequence[Issue]) -> None:
    """Let the next ingest read again what `verify` has found.

    Of files that have changed their times are forgotten, and what was measured of images. Class
    folders with images that are missing or cannot be read are listed again: a link in them may lead
    elsewhere, and a folder that was moved there may have the time of the one before it. What was
    measured of these stays, for files that come back. An index that cannot be written stays as it
    is.
    """
    found = sorted((issue for issue in issues if issue.kind in _MARKS), key=_BY_KIND)
    if not found:
        return
    try:
        with session.write() as connection:
            for (dataset, kind), same in groupby(found, _BY_KIND):
                for part in batches((issue.file for issue in same), _PART):
                    _MARKS[kind](connection, dataset, part)
    except DBAPIError as error:
        if not database_errors.is_unwritable(error):
            raise


def forget_times(connection: Connection, name: str) -> None:
    """Forget whatever the index trusts of a source's files: times, sizes and hashes of images."""
    source_pk = connection.execute(select(Source.c.pk).where(Source.c.name == name)).scalar()
    if source_pk is None:
        return
    for table in _WITH_TIME:
        mine = update(table).where(table.c.source_pk == source_pk)
        connection.execute(mine.values(mtime_ns=None))
    forget_source(connection, name, source_pk)


def _mark_files(connection: Connection, dataset: str, paths: Sequence[str]) -> None:
    """Mark those of a dataset's files, tars and images that have these paths."""
    sources = _sources_of(dataset)
    for table in (SourceFile, Archive):
        these = update(table).where(table.c.source_pk.in_(sources), table.c.path.in_(paths))
        connection.execute(these.values(mtime_ns=None))
    images = select(Image.c.pk).where(Image.c.source_pk.in_(sources), Image.c.file_name.in_(paths))
    forget(connection, connection.execute(images).scalars().all())


def _mark_folders(connection: Connection, dataset: str, paths: Sequence[str]) -> None:
    """Mark the folders of a dataset that have these paths, or hold the files that do."""
    folders = {*paths, *(path.rpartition("/")[0] for path in paths)}
    for part in batches(sorted(folders), _PART):
        these = update(Folder).where(
            Folder.c.source_pk.in_(_sources_of(dataset)), Folder.c.path.in_(part)
        )
        connection.execute(these.values(mtime_ns=None))


def _sources_of(dataset: str) -> Select[int]:
    return select(Source.c.pk).join(Dataset).where(Dataset.c.name == dataset)


_MARKS = {"changed": _mark_files, "missing": _mark_folders, "unreadable": _mark_folders}
