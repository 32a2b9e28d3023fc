"""The folders of a source's images, where what is in them decides what is read of it.

Boxes that are fractions of an image are boxes of the index as soon as the image is there. A folder
in which files came or went has another time.
"""

from sqlalchemy import Connection, insert, select, update

from ovmr_index.db.models import Folder, Source
from ovmr_index.formats.table import find_format
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.storage.listing import settled_times

_Times = tuple[int | None, int]


class ImageFolders:
    """The times of a source's folders of images as they are now; none for most formats."""

    def __init__(self, spec: SourceSpec) -> None:
        """Read the times, before anything else of the source is read."""
        self._spec = spec
        found = find_format(spec.format).image_folders
        paths = found(spec.path, spec.images, spec.split) if found else ()
        self._times: dict[str, _Times] = {path: settled_times(spec.images / path) for path in paths}

    def are_unchanged(self, connection: Connection) -> bool:
        """Return whether the folders and their times are those last read."""
        stored = (
            select(Folder.c.path, Folder.c.mtime_ns, Folder.c.ctime_ns)
            .join(Source, Source.c.pk == Folder.c.source_pk)
            .where(Source.c.name == self._spec.name, Folder.c.ctime_ns.is_not(None))
        )
        known = {path: tuple(times) for path, *times in connection.execute(stored)}
        are_settled = all(mtime_ns is not None for mtime_ns, _ in self._times.values())
        return are_settled and known == self._times

    def store(self, connection: Connection, source_pk: int) -> None:
        """Store the times with the folders, of which some may hold no image that was read."""
        mine = update(Folder).where(Folder.c.source_pk == source_pk)
        if find_format(self._spec.format).image_folders is not None:
            connection.execute(mine.values(mtime_ns=None, ctime_ns=None))
        for path, (mtime_ns, ctime_ns) in self._times.items():
            times = {"mtime_ns": mtime_ns, "ctime_ns": ctime_ns}
            if connection.execute(mine.where(Folder.c.path == path).values(times)).rowcount == 0:
                row = {"source_pk": source_pk, "path": path, "split": self._spec.split}
                connection.execute(insert(Folder).values(row | times))
