"""A source that is read from another file than before: what that takes the place of."""

from pathlib import Path

from sqlalchemy import Connection, select

from ovmr_index.db.bulk import stream_rows
from ovmr_index.db.models import Dataset, Image, Source
from ovmr_index.errors import counted, option
from ovmr_index.ingest.commands import has_name, ingest_command
from ovmr_index.ingest.file_state import relative_path
from ovmr_index.ingest.sources import SourceSpec
from ovmr_index.ingest.stored_sources import stored_specs
from ovmr_index.ingest.vanishing import VanishLimit


def root_notes(connection: Connection, spec: SourceSpec, root: Path) -> list[str]:
    """Return what is to be said of images that are below another folder than those before.

    It is asked before anything of the source is stored. Images of one name may be others there.
    """
    dataset_root = select(Dataset.c.root).join(Source).where(Source.c.name == spec.name)
    before = connection.execute(dataset_root).scalar()
    if before is None or before == relative_path(spec.images, root):
        return []
    both = f"; to have both, give one another {option('name')}" if has_name(spec) else ""
    return [
        f"its images are those below {spec.images}, and no more those below {root / before}{both}"
    ]


class ReplacedFile:
    """The file that a source was read from before, and the images that it had.

    It is made before anything of the new file is stored. Images are compared by their paths: ids
    begin with 1 in most files.
    """

    def __init__(self, connection: Connection, spec: SourceSpec, root: Path, path: str) -> None:
        """Read the images; `path` is that of the file before, as the index has it."""
        self._connection = connection
        specs = {one.name: one for one in stored_specs(connection, root)}
        self._before, self._now = specs[spec.name]._replace(path=root / path), spec
        self._names = self._image_names()

    def note(self, limit: VanishLimit) -> list[str]:
        """Return what is to be said of the new file: more where it has few of the images.

        Raises VanishedError where too many of them would vanish.
        """
        held = len(self._names)
        gone = len(self._names - self._image_names())
        where = f"{self._now.path} is another file than {self._before.path}, and takes its place"
        if 2 * gone <= held:
            return [where]
        limit.require("image", gone, held, advice=self._advice())
        return [
            f"{where}:"
            f" {gone:,} of {counted(held, 'image')} of that {'is' if gone == 1 else 'are'} gone;"
            f" {self._advice()}"
        ]

    def _advice(self) -> str:
        """Return what to type so that the index holds both files."""
        again = f"`{ingest_command(self._before)}` reads that again"
        if not has_name(self._now):
            return again
        named = ingest_command(self._now._replace(dataset=f"{self._now.dataset}_2"))
        return f"to have both, give this one another name: {again}, then run `{named}`"

    def _image_names(self) -> set[str]:
        mine = select(Source.c.pk).where(Source.c.name == self._now.name).scalar_subquery()
        query = select(Image.c.file_name).where(Image.c.source_pk == mine, Image.c.key.is_not(None))
        return {name for (name,) in stream_rows(self._connection, query)}
