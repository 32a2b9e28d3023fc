"""What has changed is marked, so that the next ingest and the next use read it again."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection, Select, select, update
from sqlalchemy.exc import OperationalError

from ovmr_index.db import sqlite_errors
from ovmr_index.db.models import Archive, Dataset, Folder, Image, Source, SourceFile
from ovmr_index.db.session import Session
from ovmr_index.errors import Issue
from ovmr_index.images.measurements import forget, forget_source
from ovmr_index.processes import batches

_PART = 512  # bound values of a statement; SQLite takes 999 everywhere
_WITH_TIME = (SourceFile, Folder, Archive)  # what is read again where its time is not known


def mark_stale(session: Session, changed: Sequence[Issue]) -> None:
    """Forget the times of files that have changed, and what was measured of images.

    An index that cannot be written stays as it is.
    """
    if not changed:
        return
    try:
        with session.write() as connection:
            for dataset, issues in groupby(sorted(changed), lambda issue: issue.dataset):
                for part in batches((issue.file for issue in issues), _PART):
                    _mark(connection, dataset, part)
    except OperationalError as error:
        if not sqlite_errors.is_unwritable(error):
            raise


def forget_times(connection: Connection, name: str) -> None:
    """Forget whatever the index trusts of a source's files: times, sizes and hashes of images."""
    source_pk = connection.execute(select(Source.pk).where(Source.name == name)).scalar()
    if source_pk is None:
        return
    for model in _WITH_TIME:
        mine = update(model).where(model.source_pk == source_pk)
        connection.execute(mine.values(mtime_ns=None))
    forget_source(connection, name, source_pk)


def _mark(connection: Connection, dataset: str, paths: Sequence[str]) -> None:
    """Mark those of a dataset's files, tars and images that have these paths."""
    sources: Select[int] = select(Source.pk).join(Dataset).where(Dataset.name == dataset)
    for model in (SourceFile, Archive):
        these = update(model).where(model.source_pk.in_(sources), model.path.in_(paths))
        connection.execute(these.values(mtime_ns=None))
    images = select(Image.pk).where(Image.source_pk.in_(sources), Image.file_name.in_(paths))
    forget(connection, connection.execute(images).scalars().all())
