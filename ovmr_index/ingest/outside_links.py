"""Images of an annotation file that are links out of their dataset: said when they are read."""

import os
from collections.abc import Iterator

from sqlalchemy import Connection, select

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import Folder, Image, Source
from ovmr_index.errors import Issue
from ovmr_index.formats.left_out import LeftOut
from ovmr_index.images.locations import name_below
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.storage.links import LEAVES_ROOT, refused_link, within
from ovmr_index.storage.remote.path import RemotePath


def outside_links(connection: Connection, spec: SourceSpec) -> list[Issue]:
    """Return the images of a source that are links out of its dataset, unless these are followed.

    Their records stay; nothing reads the images. Each folder is listed once, and no file opened.
    """
    problems: list[Issue] = []
    if spec.options.follow_links or isinstance(spec.images, RemotePath):
        return problems
    left_out = LeftOut(spec.images, problems)
    source_pk = select(Source.c.pk).where(Source.c.name == spec.name).scalar_subquery()
    folders = select(Folder.c.pk, Folder.c.path).where(Folder.c.source_pk == source_pk)
    for folder_pk, path in connection.execute(folders.order_by(Folder.c.path)).all():
        links = set(_outside(spec, path))
        if not links:
            continue
        mine = select(name_below(path)).where(
            Image.c.folder_pk == folder_pk, Image.c.source_pk == source_pk
        )
        for (name,) in stream_rows(connection, mine.order_by(Image.c.file_name)):
            if name in links:
                left_out.add(f"{path}/{name}" if path else name, LEAVES_ROOT)
    return problems


def still_outside(spec: SourceSpec, problems: list[Issue]) -> list[Issue]:
    """Return what an earlier run left out, without links that have been replaced since."""
    is_inside = within(spec.images)
    return [
        one
        for one in problems
        if one.reason != LEAVES_ROOT
        or refused_link(f"{spec.images}/{one.record}", is_inside) == LEAVES_ROOT
    ]


def _outside(spec: SourceSpec, path: str) -> Iterator[str]:
    """Yield the names in a folder that are links out of the dataset."""
    is_inside = within(spec.images)
    try:
        with os.scandir(spec.images / path) as entries:
            for entry in entries:
                if entry.is_symlink() and refused_link(entry.path, is_inside) == LEAVES_ROOT:
                    yield entry.name
    except OSError:  # missing folders are named elsewhere
        return
