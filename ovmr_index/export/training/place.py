"""Where a code base looks for its datasets, and where the index has them."""

import os
import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, select

from ovmr_index.db.models import Archive, Dataset, Folder, Source, SourceFile
from ovmr_index.db.session import Session
from ovmr_index.errors import OvmrIndexError, UsageError
from ovmr_index.export.outputs import check_output_folder
from ovmr_index.export.training.listed_images import why_no_json
from ovmr_index.formats.tar import class_of
from ovmr_index.ingest.stored_sources import find_lvis_source
from ovmr_index.storage.symbolic_links import is_same


@dataclass(frozen=True)
class DatasetRoot:
    """The root of a dataset's images: `folder`, and below it the first parts of their paths.

    `archive` is the first tar or zip that holds images of it, below the folder, "" without any.
    """

    pk: int
    folder: Path
    parts: tuple[tuple[str, str | None], ...]
    archive: str

    def entries(self, splits: tuple[str, ...]) -> list[str]:
        """Return the folders that images of some splits are below; of all without splits."""
        wanted = (part for part, split in self.parts if not splits or split in (None, *splits))
        return [*dict.fromkeys(wanted)]

    @property
    def unpacking(self) -> str:
        """What to type to unpack the archive, where clients need files."""
        archive = self.folder / self.archive
        stem = archive.parent / (class_of(archive.name) or "")
        packed, folder = shlex.quote(str(archive)), shlex.quote(str(stem))
        unpack = f"unzip -d {folder} {packed}"
        if archive.suffix.lower() != ".zip":
            unpack = f"tar -xf {packed} -C {folder}"
        return f"mkdir -p {folder} && {unpack}" if stem != archive.parent else unpack


@dataclass(frozen=True)
class Place:
    """A folder of datasets, as a code base has it, beside an index."""

    session: Session
    folder: Path

    @classmethod
    def at(cls, session: Session, folder: Path | None) -> "Place":
        """Return the place at a folder, or at the root of the index.

        Raises:
            UsageError: The folder is none.
            ProtectedPathError: It is among the images of a dataset.
        """
        if folder is None or is_same(folder, session.root):
            return cls(session, session.root)
        if os.path.lexists(folder) and not folder.is_dir():
            raise UsageError(f"{folder}: is no folder; give another with -o")
        check_output_folder(session, folder)
        return cls(session, folder)

    @property
    def is_root(self) -> bool:
        """Whether it is the root of the index."""
        return self.folder is self.session.root

    @cached_property
    def tops(self) -> tuple[Path, ...]:
        """The folders that are moved as a whole."""
        return (self.session.root,) if self.is_root else (self.folder, self.session.root)

    def dataset(self, connection: Connection, name: str) -> DatasetRoot | None:
        """Return where the images of a dataset are, None where the index does not hold it."""
        query = select(Dataset.c.pk, Dataset.c.root).where(Dataset.c.name == name)
        found = connection.execute(query).one_or_none()
        if found is None:
            return None
        of_dataset = Source.c.dataset_pk == found.pk
        folders = (
            select(Folder.c.path, Folder.c.split)
            .join(Source, Source.c.pk == Folder.c.source_pk)
            .where(of_dataset)
            .order_by(Folder.c.path)
        )
        archives = (
            select(Archive.c.path)
            .join(Source, Source.c.pk == Archive.c.source_pk)
            .where(of_dataset)
            .order_by(Archive.c.path)
            .limit(1)
        )
        parts = {
            (path.partition("/")[0], split): None
            for path, split in connection.execute(folders)
            if path
        }
        archive = connection.execute(archives).scalar() or ""
        return DatasetRoot(found.pk, self.session.root / found.root, (*parts,), archive)

    def lvis_file(self, connection: Connection, split: str) -> Path:
        """Return LVIS's annotation file of a split, which can be linked.

        Raises:
            MissingSourceError: The index does not hold the split.
            OvmrIndexError: It is no plain file of JSON.
        """
        query = (
            select(SourceFile.c.path)
            .where(SourceFile.c.source_pk == find_lvis_source(connection, split))
            .order_by(SourceFile.c.pk)
            .limit(1)
        )
        file = self.session.root / connection.execute(query).scalar_one()
        problem = why_no_json(file)
        if problem is None:
            return file
        usual = self.folder / f"lvis/lvis_v1_{split}.json"
        if file.suffix == ".gz" and file.is_file():
            packed, plain = shlex.quote(str(file)), shlex.quote(str(usual))
            raise OvmrIndexError(f"{file}: is packed; run `gunzip -c {packed} > {plain}`")
        raise OvmrIndexError(f"{file}: {problem.partition(';')[0]}; put it at {usual}")
